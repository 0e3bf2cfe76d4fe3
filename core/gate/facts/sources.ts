import { canonicalJson } from '../../ledger/canonical.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { EntityRef } from '../../state/entities.ts';
import type { ActionRequest } from '../action.ts';
import { resolvePointer } from './pointer.ts';
import { isGiven } from './signals.ts';

/** The kinds of facts an institution declares about its own world. */
export const FACT_KINDS = ['account', 'payee', 'schedule', 'customer'] as const;

/** One of {@link FACT_KINDS}. */
export type FactKind = (typeof FACT_KINDS)[number];

/** Where one part of a fact's key comes from. */
export type KeyPart = { readonly from: 'resource' } | { readonly from: 'params'; readonly pointer: string };

/** Which facts an action needs, and how their keys are made of the request. */
export type FactSources = { readonly [Kind in FactKind]?: readonly KeyPart[] };

/**
 * The key of a fact: parts that are joined so that no part can run into the next, whatever it holds. One part alone
 * stands as it is.
 *
 * - `account`: the account id · `customer`: the customer id
 * - `payee`: account id and payee, as the payment names it · `schedule`: account id and schedule id
 */
export function factKey(parts: readonly string[]): string {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return sha256Hex(canonicalJson([...parts]));
}

/**
 * The registry facts to read for a request. A fact whose key the request leaves open is left out, and rules then see
 * it as unknown.
 */
export function factReferences(sources: FactSources, request: ActionRequest): ReadonlyMap<FactKind, EntityRef> {
  const refs = new Map<FactKind, EntityRef>();
  for (const kind of FACT_KINDS) {
    const parts = sources[kind]?.map((part) => partOf(part, request));
    if (parts === undefined || !parts.every((part) => part !== undefined)) continue;
    refs.set(kind, { entity: 'fact', kind, key: factKey(parts) });
  }
  return refs;
}

/** The part of `<kind>/<id>` after the first slash. */
export function resourceId(resource: string): string {
  return resource.slice(resource.indexOf('/') + 1);
}

const MAX_PART_LENGTH = 256;

function partOf(part: KeyPart, request: ActionRequest): string | undefined {
  const value = part.from === 'resource' ? resourceId(request.resource) : resolvePointer(request.params, part.pointer);
  if (!isGiven(value) || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const text = String(value);
  return text.length <= MAX_PART_LENGTH && text.isWellFormed() ? text : undefined;
}
