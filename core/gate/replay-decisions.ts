import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { parseSegmentKey } from '../ledger/segment-key.ts';
import { splitLines } from '../ledger/split-lines.ts';
import type { ArchiveSource } from '../ledger/verify.ts';
import type { CompiledBundle } from './bundle.ts';
import { loadBundle } from './bundle.ts';

/** Events that record a decision of the gate. */
export type DecisionEventType = 'action.decided' | 'action.redeemed' | 'action.redeem_refused';

/** A decision as its event states it. */
export interface StoredDecision {
  readonly type: DecisionEventType;
  readonly object: string;
  readonly chain: string;
  readonly seq: number;
  readonly agentId: string;
  readonly actionId: string;
  readonly actionType: string;
  /** `<kind>/<pseudonym>`. */
  readonly resource: string;
  readonly context: JsonObject;
  /** The event's `data`: what was recorded as decided. */
  readonly recorded: JsonObject;
}

/** A line of a segment that should be a decision and cannot be read as one. */
export interface UnreadableDecision {
  readonly object: string;
  readonly byteOffset: number;
  readonly problem: string;
}

/** What a segment's line is to a replay. `undefined`: an event of another kind. */
export type ReadLine = { readonly decision: StoredDecision } | { readonly unreadable: UnreadableDecision } | undefined;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const DECISIONS: ReadonlySet<string> = new Set(['action.decided', 'action.redeemed', 'action.redeem_refused']);
/** The end of every event: its members are sorted. */
const TAIL = /"type":"([a-z_.]+)","v":"1"\}$/;
const TAIL_LENGTH = 64;

/**
 * Reads every decision of an archive, segment by segment, in the order of chains; holds one line at a time. Says nothing
 * of whether the archive is whole or unaltered: that is what verification is for.
 *
 * @throws whatever `source` throws when it cannot be read
 */
export async function* storedDecisions(keys: readonly string[], source: ArchiveSource): AsyncGenerator<ReadLine> {
  const segments = keys
    .flatMap((key) => ({ key, name: parseSegmentKey(key) }))
    .filter(({ name }) => name !== undefined);
  segments.sort((left, right) => (order(left) < order(right) ? -1 : 1));
  for (const { key } of segments) {
    for await (const line of splitLines(source.read(key))) yield readDecision(line.bytes, key, line.byteOffset);
  }
}

function order({ key, name }: { readonly key: string; readonly name: ReturnType<typeof parseSegmentKey> }): string {
  return `${name?.folder ?? ''}/${String(name?.firstSeq ?? 0).padStart(16, '0')}/${key}`;
}

/** Reads one line. A refused redemption that was not decided anew is an event of another kind. */
export function readDecision(bytes: Uint8Array, object: string, byteOffset: number): ReadLine {
  const unreadable = (problem: string): ReadLine => ({ unreadable: { object, byteOffset, problem } });
  try {
    const text = UTF8.decode(bytes);
    const tail = TAIL.exec(text.slice(-TAIL_LENGTH))?.[1];
    if (tail !== undefined && !DECISIONS.has(tail)) return undefined;
    const event: JsonValue = JSON.parse(text);
    if (!isJsonObject(event)) return unreadable('expected an event');
    const { type, data, chain, seq, agent } = event;
    if (typeof type !== 'string' || !isDecisionType(type)) return undefined;
    if (!isJsonObject(data)) return unreadable('expected `data`');
    if (type === 'action.redeem_refused' && data['verdict'] === undefined) return undefined;
    const { actionId, actionType, resource, context } = data;
    if (
      typeof chain !== 'string' ||
      typeof seq !== 'number' ||
      typeof agent !== 'string' ||
      typeof actionId !== 'string' ||
      typeof actionType !== 'string' ||
      typeof resource !== 'string' ||
      !isJsonObject(context)
    ) {
      return unreadable('expected a decision with its action, agent and context');
    }
    const decision = {
      type,
      object,
      chain,
      seq,
      agentId: agent,
      actionId,
      actionType,
      resource,
      context,
      recorded: data,
    };
    return { decision };
  } catch {
    return unreadable('expected an event as JSON in UTF-8');
  }
}

function isDecisionType(type: string): type is DecisionEventType {
  return DECISIONS.has(type);
}

/** Every key of an archive. */
export async function archiveKeys(source: ArchiveSource): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of source.listKeys()) keys.push(key);
  return keys;
}

/** The bundles of an archive, each loaded when a decision first names it. */
export class ArchivedBundles {
  readonly #source: ArchiveSource;
  readonly #keys: ReadonlySet<string>;
  readonly #loaded = new Map<string, CompiledBundle | string>();

  constructor(source: ArchiveSource, keys: readonly string[]) {
    this.#source = source;
    this.#keys = new Set(keys);
  }

  /** The bundle that was loaded before; undefined when {@link load} has not been asked for it. */
  known(hash: string): CompiledBundle | string | undefined {
    return this.#loaded.get(hash);
  }

  /** The bundle, or why there is none: it is not in the archive, is not what its name says, or cannot be read. */
  async load(hash: string): Promise<CompiledBundle | string> {
    const known = this.#loaded.get(hash);
    if (known !== undefined) return known;
    const bundle = await this.#read(hash);
    this.#loaded.set(hash, bundle);
    return bundle;
  }

  async #read(hash: string): Promise<CompiledBundle | string> {
    const key = `bundles/${hash}.json`;
    if (!this.#keys.has(key)) return 'not in the archive';
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#source.read(key)) chunks.push(chunk);
    try {
      return loadBundle(joined(chunks), hash);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
