import type { CompiledPolicy } from './compile-policy.ts';
import type { EntityRef } from './entity-ref.ts';
import type { Entity, EntityStore } from './entity-store.ts';

/** Finds the policies whose action constraint can hold, without looking at any other. */
export class ScopeIndex {
  readonly #order: ReadonlyMap<CompiledPolicy, number>;
  readonly #any: readonly CompiledPolicy[];
  readonly #exact = new Map<string, CompiledPolicy[]>();
  readonly #within = new Map<string, CompiledPolicy[]>();
  /** For actions that policies name and that have no ancestors: by type, then id. Undefined until first asked for. */
  readonly #rootless = new Map<string, Map<string, readonly CompiledPolicy[] | undefined>>();
  /** For stored actions with ancestors; an entity never changes. */
  readonly #inherited = new WeakMap<Entity, readonly CompiledPolicy[]>();

  constructor(policies: readonly CompiledPolicy[]) {
    this.#order = new Map(policies.map((policy, index) => [policy, index]));
    this.#any = policies.filter((policy) => policy.action.kind === 'any');
    for (const policy of policies) {
      if (policy.action.kind === 'is') append(this.#exact, policy.action.action, policy);
      if (policy.action.kind === 'in') for (const group of policy.action.groups) append(this.#within, group, policy);
    }
    for (const action of policies.flatMap(namedActions)) {
      const sameType = this.#rootless.get(action.type) ?? new Map<string, undefined>();
      sameType.set(action.id, undefined);
      this.#rootless.set(action.type, sameType);
    }
  }

  /** The policies that may apply to `action`, in the order of the policy set. */
  candidates(action: EntityRef, entities: EntityStore): readonly CompiledPolicy[] {
    const stored = entities.get(action);
    if (stored === undefined || stored.ancestors.length === 0) return this.#rootlessCandidates(action);
    const known = this.#inherited.get(stored);
    if (known !== undefined) return known;
    const found = this.#collect(action, stored.ancestors);
    this.#inherited.set(stored, found);
    return found;
  }

  /** Remembers only actions that policies name: requests cannot fill memory with others. */
  #rootlessCandidates(action: EntityRef): readonly CompiledPolicy[] {
    const sameType = this.#rootless.get(action.type);
    if (sameType?.has(action.id) !== true) return this.#any;
    const known = sameType.get(action.id);
    if (known !== undefined) return known;
    const found = this.#collect(action, []);
    sameType.set(action.id, found);
    return found;
  }

  #collect(action: EntityRef, ancestors: readonly EntityRef[]): readonly CompiledPolicy[] {
    const found = new Set([...this.#any, ...(this.#exact.get(action.key) ?? [])]);
    for (const group of [action, ...ancestors]) {
      for (const policy of this.#within.get(group.key) ?? []) found.add(policy);
    }
    return [...found].sort((left, right) => (this.#order.get(left) ?? 0) - (this.#order.get(right) ?? 0));
  }
}

function append(index: Map<string, CompiledPolicy[]>, { key }: EntityRef, policy: CompiledPolicy): void {
  const policies = index.get(key);
  if (policies === undefined) index.set(key, [policy]);
  else policies.push(policy);
}

function namedActions({ action }: CompiledPolicy): readonly EntityRef[] {
  switch (action.kind) {
    case 'any':
      return [];
    case 'is':
      return [action.action];
    case 'in':
      return action.groups;
  }
}
