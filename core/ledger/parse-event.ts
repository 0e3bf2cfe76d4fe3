import { readInstant } from '../instant.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { canonicalJson } from './canonical.ts';
import type { EventType } from './event.ts';
import { AGENT_CHAIN, EVENT_TYPES, EVENT_VERSION } from './event.ts';

/** An event as its bytes state it. */
export interface LedgerEvent {
  readonly type: EventType;
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly timeMs: number;
  readonly agentId?: string;
  readonly frameworkRefs: readonly string[];
  readonly data: JsonObject;
}

/** What is wrong with a record's bytes, whatever chain they are in. */
export interface EventProblem {
  readonly check: 'utf8' | 'canonical_form' | 'event_shape' | 'event_version' | 'event_type' | 'framework_refs';
  readonly expected: string;
  readonly got: string;
}

// `ignoreBOM` keeps a byte order mark in the text, where the canonical form then refuses it.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MEMBERS = new Set(['v', 'type', 'chain', 'seq', 'prev', 'id', 'time', 'agent', 'frameworkRefs', 'data']);
const HASH = /^[0-9a-f]{64}$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * Reads an event strictly: well-formed UTF-8, canonical JSON byte for byte, exactly the members of this version, a
 * known type and at least one framework reference.
 */
export function parseEvent(bytes: Uint8Array): Result<LedgerEvent, EventProblem> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return wrong('utf8', 'well-formed UTF-8', 'other bytes');
  const value = parseCanonical(text);
  if (value === undefined) return wrong('canonical_form', 'RFC 8785 canonical JSON', excerpt(text));
  if (!isJsonObject(value)) return wrong('event_shape', 'an object', excerpt(text));
  if (value['v'] !== EVENT_VERSION) return wrong('event_version', EVENT_VERSION, show(value['v']));
  const unknown = Object.keys(value).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) return wrong('event_shape', 'only the members of version 1', unknown);
  return readMembers(value);
}

function readMembers(value: JsonObject): Result<LedgerEvent, EventProblem> {
  const { chain, seq, prev, id, agent, frameworkRefs, data } = value;
  const type = EVENT_TYPES.find((known) => known === value['type']);
  if (type === undefined) return wrong('event_type', 'a known event type', show(value['type']));
  if (typeof chain !== 'string' || chain === '') return wrong('event_shape', 'a chain name', show(chain));
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0)
    return wrong('event_shape', 'a sequence number', show(seq));
  if (typeof prev !== 'string' || !HASH.test(prev)) return wrong('event_shape', 'a SHA-256 `prev`', show(prev));
  if (typeof id !== 'string' || !ULID.test(id)) return wrong('event_shape', 'a ULID', show(id));
  const timeMs = readInstant(value['time']);
  if (timeMs === undefined) return wrong('event_shape', 'a UTC time with milliseconds', show(value['time']));
  if (agent !== undefined && (typeof agent !== 'string' || agent === ''))
    return wrong('event_shape', 'an agent id', show(agent));
  if (chain.startsWith(AGENT_CHAIN) && agent !== chain.slice(AGENT_CHAIN.length))
    return wrong('event_shape', `the agent of \`${chain}\``, show(agent));
  if (!isRefs(frameworkRefs)) return wrong('framework_refs', 'at least one framework reference', show(frameworkRefs));
  if (!isJsonObject(data)) return wrong('event_shape', 'an object `data`', show(data));
  return ok({
    type,
    chain,
    seq,
    prev,
    id,
    timeMs,
    ...(agent !== undefined && { agentId: agent }),
    frameworkRefs,
    data,
  });
}

function isRefs(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((ref) => typeof ref === 'string' && ref !== '');
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The parsed value when `text` is its canonical form; hostile nesting overflows the stack and counts as not. */
function parseCanonical(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function wrong(check: EventProblem['check'], expected: string, got: string) {
  return refused<EventProblem>({ check, expected, got });
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : excerpt(JSON.stringify(value));
}

const EXCERPT_LENGTH = 80;

function excerpt(text: string): string {
  return text.length <= EXCERPT_LENGTH ? text : `${text.slice(0, EXCERPT_LENGTH)}…`;
}
