import type { CompiledBundle, PolicyBundle } from '../../core/gate/bundle.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { buildBundle } from '../../tools/build-bundle.ts';

const { proof: _proof, ...source } = buildBundle() as PolicyBundle & { readonly proof?: unknown };

/** A rule to add to the deployed ones. */
export interface AddedRule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly body: JsonValue;
  readonly mode?: 'shadow';
  readonly requires?: string;
  /** The action type the rule is about; every type when absent. */
  readonly action?: string;
}

/** The deployed bundle, uncompiled, with rules added and left out. */
export function changedSource(added: readonly AddedRule[], removed: readonly string[] = []): PolicyBundle {
  const keep = ([id]: readonly [string, unknown]) => !removed.includes(id);
  return {
    ...source,
    policies: {
      ...Object.fromEntries(Object.entries(source.policies).filter(keep)),
      ...Object.fromEntries(added.map((rule) => [rule.id, policyOf(rule)])),
    },
    rules: {
      ...Object.fromEntries(Object.entries(source.rules).filter(keep)),
      ...Object.fromEntries(
        added.map(({ id, effect, mode, requires }) => [
          id,
          {
            id,
            text: 'A rule of a test.',
            frameworkRefs: ['AIR-SEC-024'],
            tier: 0,
            effect,
            ...(mode !== undefined && { mode }),
            ...(requires !== undefined && { requires }),
          },
        ]),
      ),
    },
  };
}

/** {@link changedSource}, compiled. */
export function changedBundle(added: readonly AddedRule[], removed: readonly string[] = []): CompiledBundle {
  return compileBundle(changedSource(added, removed));
}

/** `context.a.b` in Cedar's JSON form. */
export function factExpression(path: string): JsonValue {
  return path.split('.').reduce<JsonValue>((left, attr) => ({ '.': { left, attr } }), { Var: 'context' });
}

function policyOf({ effect, body, action }: AddedRule): JsonObject {
  return {
    effect,
    principal: { op: 'All' },
    action: action === undefined ? { op: 'All' } : { op: '==', entity: { type: 'Action', id: action } },
    resource: { op: 'All' },
    conditions: [{ kind: 'when', body }],
  };
}
