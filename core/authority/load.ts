import type { JsonObject, JsonValue } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';
import type { Result } from '../result.ts';
import { ok } from '../result.ts';
import type { ChangeDeps, Contention } from '../state/change-agent.ts';
import { changeControl } from '../state/change-control.ts';
import type { EntityRef, StoredItem, StoredValue } from '../state/entities.ts';

/** What an institution declares, checked at the edge. Money and tokens are decimal strings. */
export interface Declarations {
  readonly agents: readonly (JsonObject & { readonly agentId: string })[];
  readonly units: readonly (JsonObject & { readonly unitId: string })[];
  readonly facts: readonly {
    readonly kind: string;
    readonly key: string;
    readonly value: JsonObject;
  }[];
}

/** What a load came to. */
export interface Loaded {
  /** SHA-256 of the declarations' canonical JSON. */
  readonly digest: string;
  readonly agents: number;
  readonly units: number;
  readonly facts: number;
  /** Items that were not stored like this before. Loading the same again changes none. */
  readonly changed: number;
}

interface DeclaredItem {
  readonly ref: EntityRef;
  readonly item: JsonObject;
}

/** Items in one transaction, beside the control chain's head and the event. */
const BATCH = 50;
/** FINOS AIGF: agent authority, least privilege. */
const REGISTRY_REFS = ['AIR-PREV-018'];

/**
 * Stores declarations in batches. A batch's items and the event that records them are one transaction, so nothing is
 * declared without a record. Units come before the agents that spend from them. After a fault, the same call goes on
 * where it stopped: batches that are stored already are skipped.
 *
 * @throws {StorageFault} when the store kept failing; earlier batches stay
 */
export async function loadDeclarations(
  deps: ChangeDeps,
  declarations: Declarations,
): Promise<Result<Loaded, Contention>> {
  const items = itemsOf(declarations);
  const digest = sha256Hex(canonicalJson([...declarations.agents, ...declarations.units, ...declarations.facts]));
  let changed = 0;
  for (let start = 0; start < items.length; start += BATCH) {
    const stored = await storeBatch(deps, items.slice(start, start + BATCH), digest);
    if (!stored.ok) return stored;
    changed += stored.value;
  }
  const { agents, units, facts } = declarations;
  return ok({ digest, agents: agents.length, units: units.length, facts: facts.length, changed });
}

async function storeBatch(
  deps: ChangeDeps,
  batch: readonly DeclaredItem[],
  loadDigest: string,
): Promise<Result<number, Contention>> {
  return changeControl<number>(
    deps,
    batch.map(({ ref }) => ref),
    ({ items }) => {
      const changes = batch.filter(({ item }, index) => !isStored(items[index], item));
      if (changes.length === 0) return { done: 0 };
      return {
        event: { type: 'registry.loaded', frameworkRefs: REGISTRY_REFS, data: recordOf(changes, loadDigest) },
        writes: () => changes.map(({ ref, item }) => ({ op: 'put', ref, item, when: [] })),
        result: () => changes.length,
      };
    },
  );
}

function itemsOf({ units, agents, facts }: Declarations): readonly DeclaredItem[] {
  return [
    ...units.map((unit) => ({ ref: { entity: 'unit' as const, unitId: unit.unitId }, item: unit })),
    ...agents.map((agent) => ({ ref: { entity: 'agent' as const, agentId: agent.agentId }, item: agent })),
    ...facts.map(({ kind, key, value }) => ({
      ref: { entity: 'fact' as const, kind, key },
      item: { kind, key, value },
    })),
  ];
}

/** Names agents and units, which are no people, and counts facts, which may be about some. */
function recordOf(changes: readonly DeclaredItem[], loadDigest: string): JsonObject {
  return {
    loadDigest,
    batchDigest: sha256Hex(canonicalJson(changes.map(({ item }) => item))),
    agents: changes.flatMap(({ ref }) => (ref.entity === 'agent' ? [ref.agentId] : [])),
    units: changes.flatMap(({ ref }) => (ref.entity === 'unit' ? [ref.unitId] : [])),
    facts: changes.filter(({ ref }) => ref.entity === 'fact').length,
  };
}

function isStored(stored: StoredItem | undefined, item: JsonObject): boolean {
  return stored !== undefined && canonicalJson(fromStored(stored)) === canonicalJson(item);
}

/** A stored value as JSON, for comparing; what JSON has no form for is equal to nothing declared. */
function fromStored(value: StoredValue): JsonValue {
  if (typeof value === 'bigint' || value instanceof Uint8Array) return { unlike: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(fromStored);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromStored(member)]));
}

function isList(value: StoredValue): value is readonly StoredValue[] {
  return Array.isArray(value);
}
