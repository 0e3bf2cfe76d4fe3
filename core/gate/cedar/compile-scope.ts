import { type EntityRef, isActionType } from './entity-ref.ts';
import type { Test } from './frame.ts';
import { malformedPolicy, readArray, readExact, readObject, readPolicyEntity, readTypeName } from './policy-json.ts';

/** The variable a scope constraint is on, other than the action. */
export type Subject = 'principal' | 'resource';

/** The entities a template is linked with, by slot (`?principal`, `?resource`). */
export type SlotValues = ReadonlyMap<string, EntityRef>;

/** A compiled constraint (null: always holds) and the slots it used. */
export interface SubjectScope {
  readonly test: Test | null;
  readonly slots: readonly string[];
}

/** What an action constraint names: nothing (every action), one action, or groups an action may be in. */
export type ActionScope =
  | { readonly kind: 'any' }
  | { readonly kind: 'is'; readonly action: EntityRef }
  | { readonly kind: 'in'; readonly groups: readonly EntityRef[] };

/**
 * Compiles the principal or resource constraint of a policy.
 *
 * @throws {CedarInputError} `malformed_policy_set`, also on a slot that `slots` does not hold
 */
export function compileSubjectScope(json: unknown, subject: Subject, slots: SlotValues): SubjectScope {
  const { op } = readObject(json, `the ${subject} constraint`);
  switch (op) {
    case 'All':
    case 'all':
      readExact(json, `the ${subject} constraint`, ['op']);
      return { test: null, slots: [] };
    case '==': {
      const target = readTarget(json, subject, slots);
      return { test: (frame) => frame[subject].equals(target.entity), slots: target.slots };
    }
    case 'in': {
      const target = readTarget(json, subject, slots);
      return { test: (frame) => frame.entities.isIn(frame[subject], target.entity), slots: target.slots };
    }
    case 'is':
      return compileTypeScope(json, subject, slots);
    default:
      throw malformedPolicy(`expected a ${subject} constraint \`All\`, \`==\`, \`in\` or \`is\``);
  }
}

function compileTypeScope(json: unknown, subject: Subject, slots: SlotValues): SubjectScope {
  const { entity_type: typeJson, in: within } = readExact(
    json,
    `the ${subject} constraint`,
    ['op', 'entity_type'],
    ['in'],
  );
  const type = readTypeName(typeJson);
  if (within === undefined) return { test: (frame) => frame[subject].type === type, slots: [] };
  const { entity, slots: used } = readEntityOrSlot(readObject(within, '`in`'), subject, slots, []);
  return {
    test: (frame) => frame[subject].type === type && frame.entities.isIn(frame[subject], entity),
    slots: used,
  };
}

interface Target {
  readonly entity: EntityRef;
  readonly slots: readonly string[];
}

function readTarget(json: unknown, subject: Subject, slots: SlotValues): Target {
  return readEntityOrSlot(readObject(json, `the ${subject} constraint`), subject, slots, ['op']);
}

function readEntityOrSlot(
  json: Readonly<Record<string, unknown>>,
  subject: Subject,
  slots: SlotValues,
  others: readonly string[],
): Target {
  const what = `the ${subject} constraint`;
  if (!Object.hasOwn(json, 'slot')) {
    return { entity: readPolicyEntity(readExact(json, what, ['entity', ...others])['entity']), slots: [] };
  }
  const { slot } = readExact(json, what, ['slot', ...others]);
  if (slot !== `?${subject}`) throw malformedPolicy(`expected the slot \`?${subject}\` in ${what}`);
  const entity = slots.get(slot);
  if (entity === undefined) throw malformedPolicy(`expected a value for the slot \`${slot}\``);
  return { entity, slots: [slot] };
}

/** Reads the action constraint of a policy. @throws {CedarInputError} `malformed_policy_set` */
export function readActionScope(json: unknown): ActionScope {
  const what = 'the action constraint';
  const { op, ...rest } = readObject(json, what);
  switch (op) {
    case 'All':
    case 'all':
      readExact(rest, what, []);
      return { kind: 'any' };
    case '==':
      return { kind: 'is', action: readAction(readExact(rest, what, ['entity'])['entity']) };
    case 'in':
      return Object.hasOwn(rest, 'entities')
        ? { kind: 'in', groups: readArray(readExact(rest, what, ['entities'])['entities'], 'actions').map(readAction) }
        : { kind: 'in', groups: [readAction(readExact(rest, what, ['entity'])['entity'])] };
    default:
      throw malformedPolicy('expected an action constraint `All`, `==` or `in`');
  }
}

function readAction(json: unknown): EntityRef {
  const action = readPolicyEntity(json);
  if (!isActionType(action.type)) throw malformedPolicy(`expected an entity of type \`Action\`, got \`${action}\``);
  return action;
}
