import fc from 'fast-check';
import type { AuthorizationRequest, EntityUid } from '../../../../../core/gate/cedar/evaluate.ts';
import type { CedarJson, CedarJsonObject } from '../../../../../core/gate/cedar/json.ts';
import { expression } from './expressions.ts';
import { type ACTION_IDS, actionUid, ENTITY_IDS, ENTITY_TYPES, entityUid, recordJson } from './values.ts';

/** A policy set, entities and requests that both engines load. */
export interface CedarCase {
  readonly policies: PolicySetJson;
  readonly entities: readonly CedarJsonObject[];
  readonly requests: readonly AuthorizationRequest[];
}

/** A policy set in Cedar's JSON form. */
export interface PolicySetJson {
  readonly staticPolicies: CedarJsonObject;
  readonly templates: CedarJsonObject;
  readonly templateLinks: readonly {
    readonly templateId: string;
    readonly newId: string;
    readonly values: CedarJsonObject;
  }[];
}

const all = fc.constant<CedarJson>({ op: 'All' });

function subjectScope(target: fc.Arbitrary<CedarJsonObject>): fc.Arbitrary<CedarJson> {
  const type = fc.constantFrom(...ENTITY_TYPES);
  return fc.oneof(
    { weight: 8, arbitrary: all },
    target.map((entity) => ({ op: '==', ...entity })),
    target.map((entity) => ({ op: 'in', ...entity })),
    type.map((name) => ({ op: 'is', entity_type: name })),
    fc.tuple(type, target).map(([name, entity]) => ({ op: 'is', entity_type: name, in: entity })),
  );
}

const entityTarget = entityUid.map((entity) => ({ entity }));
const actionScope: fc.Arbitrary<CedarJson> = fc.oneof(
  { weight: 6, arbitrary: all },
  actionUid.map((entity) => ({ op: '==', entity })),
  actionUid.map((entity) => ({ op: 'in', entity })),
  fc.array(actionUid, { maxLength: 3 }).map((entities) => ({ op: 'in', entities })),
);

const condition = fc.record({
  kind: fc.constantFrom('when', 'when', 'unless'),
  body: fc.oneof(
    { weight: 5, arbitrary: expression('bool', 2) },
    { weight: 3, arbitrary: expression('bool', 3) },
    { weight: 1, arbitrary: expression('long', 1) },
  ),
});

function policy(principal: fc.Arbitrary<CedarJson>, resource: fc.Arbitrary<CedarJson>): fc.Arbitrary<CedarJson> {
  return fc.record({
    effect: fc.constantFrom('permit', 'permit', 'forbid'),
    principal,
    action: actionScope,
    resource,
    conditions: fc.array(condition, { maxLength: 2 }),
  });
}

const staticPolicy = policy(subjectScope(entityTarget), subjectScope(entityTarget));

/** A template that uses `?principal`, and its links. */
const linkedTemplate = fc.tuple(
  policy(
    fc.constantFrom('==', 'in').map((op) => ({ op, slot: '?principal' })),
    subjectScope(entityTarget),
  ),
  fc.array(entityUid, { maxLength: 2 }),
);

const policySet: fc.Arbitrary<PolicySetJson> = fc
  .tuple(fc.array(staticPolicy, { minLength: 1, maxLength: 6 }), fc.option(linkedTemplate))
  .map(([policies, template]) => ({
    staticPolicies: Object.fromEntries(policies.map((json, index) => [`p${index}`, json])),
    templates: template === null ? {} : { t: template[0] },
    templateLinks: (template?.[1] ?? []).map((entity, index) => ({
      templateId: 't',
      newId: `link${index}`,
      values: { '?principal': entity },
    })),
  }));

const ALL_UIDS: readonly EntityUid[] = ENTITY_TYPES.flatMap((type) => ENTITY_IDS.map((id) => ({ type, id })));

/** Entities whose parents come later in one fixed order, so that there is never a cycle. */
const entities: fc.Arbitrary<readonly CedarJsonObject[]> = fc
  .tuple(
    fc.subarray([...ALL_UIDS.keys()], { maxLength: 6 }).chain((indexes) => fc.tuple(...indexes.map(entityAt))),
    fc.boolean(),
  )
  .map(([list, withActions]) => (withActions ? [...list, ...ACTION_ENTITIES] : list));

function entityAt(index: number): fc.Arbitrary<CedarJsonObject> {
  return fc.record({
    uid: fc.constant({ ...ALL_UIDS[index] }),
    attrs: recordJson(1),
    parents: fc
      .subarray([...ALL_UIDS.keys()].slice(index + 1))
      .map((later) => later.slice(0, 3).map((parent) => ({ ...ALL_UIDS[parent] }))),
    tags: fc.dictionary(fc.constantFrom('a', 'ab', 'view'), fc.oneof(fc.boolean(), fc.nat()), { maxKeys: 2 }),
  });
}

const ACTION_ENTITIES: readonly CedarJsonObject[] = [
  actionEntity('view', ['read']),
  actionEntity('edit', ['all']),
  actionEntity('read', ['all']),
];

function actionEntity(id: (typeof ACTION_IDS)[number], parents: readonly string[]): CedarJsonObject {
  return {
    uid: { type: 'Action', id },
    attrs: {},
    parents: parents.map((parent) => ({ type: 'Action', id: parent })),
  };
}

const request: fc.Arbitrary<AuthorizationRequest> = fc.record({
  principal: entityUid,
  action: actionUid,
  resource: entityUid,
  context: recordJson(2),
});

/** Generates what the differential test compares the engines on. */
export const cedarCase: fc.Arbitrary<CedarCase> = fc.record({
  policies: policySet,
  entities,
  requests: fc.array(request, { minLength: 1, maxLength: 4 }),
});
