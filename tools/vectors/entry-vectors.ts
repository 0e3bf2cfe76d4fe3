import type { JsonObject, JsonValue } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { leaf } from './reference-tree.ts';
import { base64, hex } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

const DIGEST = 'ab'.repeat(32);
const PREV = 'cd'.repeat(32);
const CHAIN = 'agent/111122223333:countersign-agent-claims';
const EVENT: JsonObject = {
  v: '1',
  type: 'action.decided',
  chain: CHAIN,
  seq: 7,
  prev: PREV,
  id: '01KAGZ0WZ8ABCDEFGHJKMNPQRS',
  time: '2026-11-20T12:34:56.789Z',
  agent: '111122223333:countersign-agent-claims',
  frameworkRefs: ['AIR-SEC-024'],
  data: { actionId: 'act_1', actionDigest: DIGEST },
};
const IDLE: JsonObject = { ...EVENT, type: 'session.closed', data: { sessionId: 'p1_abc' } };
const TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'urn:countersign:event:v1';

/** Entries of the log. */
export function entryVectors(): VectorFile {
  const about =
    'Reading an entry (base64): an in-toto Statement v1 around an event, all of it canonical JSON. Accepted: the event’s chain, seq and type, and the entry’s leaf hash.';
  return { kind: 'entry', about, vectors: [...goodEntries(), ...wrongFrames(), ...wrongMembers(), ...wrongBytes()] };
}

/** The entry of an event's text, put together by hand. */
function entry(event: string, sha256 = DIGEST, name = 'act_1'): string {
  const subject = `[{"digest":{"sha256":"${sha256}"},"name":"${name}"}]`;
  return `{"_type":"${TYPE}","predicate":${event},"predicateType":"${PREDICATE_TYPE}","subject":${subject}}`;
}

const WHOLE = entry(canonicalJson(EVENT));

function goodEntries(): readonly Vector[] {
  const good = (what: string, text: string, { chain = CHAIN, seq = 7, type = 'action.decided' } = {}) =>
    accepted(what, { entry: base64(text) }, { chain, seq, type, leafHash: hex(leaf(Buffer.from(text))) });
  const digestless: JsonObject = { ...EVENT, data: { actionId: 'act_1' } };
  const { agent: _, ...rest } = EVENT;
  const agentless: JsonObject = { ...rest, chain: 'control', type: 'control.change_refused' };
  const nested = canonicalJson({ ...EVENT, data: { ...decidedData(), note: WHOLE } });
  return [
    good('about an action', WHOLE),
    good('about no action: its place in the chain', entry(canonicalJson(IDLE), PREV, CHAIN), {
      type: 'session.closed',
    }),
    good('about an action without a digest', entry(canonicalJson(digestless), PREV, CHAIN)),
    good('of no agent', entry(canonicalJson(agentless)), { chain: 'control', type: 'control.change_refused' }),
    good('first of its chain', entry(canonicalJson({ ...EVENT, seq: 0 })), { seq: 0 }),
    good('data beyond ascii', entry(canonicalJson({ ...EVENT, data: { ...decidedData(), note: 'é€😀' } }))),
    good('an entry quoted in the data', entry(nested)),
  ];
}

function decidedData(): JsonObject {
  return { actionId: 'act_1', actionDigest: DIGEST };
}

function wrongFrames(): readonly Vector[] {
  const event = canonicalJson(EVENT);
  const wrong = (what: string, text: string) => refusal(what, { entry: base64(text) }, 'statement');
  const swapped = `{"predicate":${event},"_type":"${TYPE}"${WHOLE.slice(WHOLE.indexOf(',"predicateType"'))}`;
  return [
    wrong('nothing', ''),
    wrong('the event alone', event),
    wrong('an empty object', '{}'),
    wrong('a line feed at the end', `${WHOLE}\n`),
    wrong('a space first', ` ${WHOLE}`),
    wrong('a byte order mark', `\ufeff${WHOLE}`),
    wrong('a space in the frame', WHOLE.replace('","predicate"', '", "predicate"')),
    wrong('members in another order', swapped),
    wrong('another statement version', WHOLE.replace('/v1"', '/v0.1"')),
    wrong('another predicate type', WHOLE.replace(':event:v1', ':event:v2')),
    wrong('no predicate type', WHOLE.replace(`"predicateType":"${PREDICATE_TYPE}",`, '')),
    wrong('no subject', WHOLE.replace(/"subject":.*$/, '"subject":[]}')),
    wrong('two subjects', WHOLE.replace(/"subject":\[(.*)\]\}$/, '"subject":[$1,$1]}')),
    wrong('another digest', entry(event, 'ba'.repeat(32))),
    wrong('a digest in capitals', entry(event, DIGEST.toUpperCase())),
    wrong('another name', entry(event, DIGEST, 'act_2')),
    wrong('its place in the chain for an event about an action', entry(event, PREV, CHAIN)),
    wrong('an action for an event about none', entry(canonicalJson(IDLE))),
    wrong('another algorithm', WHOLE.replace('"sha256"', '"sha512"')),
    wrong('a member more in the subject', WHOLE.replace('"name"', '"mediaType":"x","name"')),
    wrong('a member more', WHOLE.replace(/\}$/, ',"x":1}')),
    refusal('two entries', { entry: base64(`${WHOLE}${WHOLE}`) }, 'canonical_form'),
    wrong('cut', WHOLE.slice(0, -1)),
  ];
}

function wrongMembers(): readonly Vector[] {
  const about = (event: JsonObject) => entry(canonicalJson(event));
  const wrong = (what: string, event: JsonObject, code: string) => refusal(what, { entry: base64(about(event)) }, code);
  const changed = (name: string, value: JsonValue, code = 'event_shape') =>
    wrong(`${name}: ${JSON.stringify(value)}`, { ...EVENT, [name]: value }, code);
  const missing = (name: string, code = 'event_shape') => {
    const rest = Object.fromEntries(Object.entries(EVENT).filter(([key]) => key !== name));
    return wrong(`no ${name}`, rest, code);
  };
  return [
    missing('v', 'event_version'),
    missing('type', 'event_type'),
    ...['agent', 'chain', 'seq', 'prev', 'id', 'time'].map((name) => missing(name)),
    changed('agent', 'somebody-else'),
    missing('frameworkRefs', 'framework_refs'),
    changed('v', '2', 'event_version'),
    changed('v', 1, 'event_version'),
    changed('type', 'action.undone', 'event_type'),
    changed('type', null, 'event_type'),
    changed('chain', ''),
    changed('seq', -1),
    changed('seq', 1.5),
    changed('seq', '7'),
    changed('seq', 2 ** 53),
    changed('prev', PREV.toUpperCase()),
    changed('prev', PREV.slice(1)),
    changed('prev', null),
    changed('id', '01kagz0wz8abcdefghjkmnpqrs'),
    changed('id', '81KAGZ0WZ8ABCDEFGHJKMNPQRS'),
    changed('id', '01KAGZ0WZ8ABCDEFGHJKMNPQRU'),
    changed('id', '01KAGZ0WZ8'),
    changed('time', '2026-11-20T12:34:56Z'),
    changed('time', '2026-11-20T12:34:56.789+00:00'),
    changed('time', '2026-11-20 12:34:56.789Z'),
    changed('time', '2026-02-30T12:34:56.789Z'),
    changed('time', 1795178096789),
    changed('agent', ''),
    changed('agent', null),
    changed('frameworkRefs', [], 'framework_refs'),
    changed('frameworkRefs', [''], 'framework_refs'),
    changed('frameworkRefs', 'AIR-SEC-024', 'framework_refs'),
    changed('extra', 1),
    changed('Type', 'action.decided'),
  ];
}

function wrongBytes(): readonly Vector[] {
  const event = canonicalJson(EVENT);
  const wrong = (what: string, text: string | Uint8Array, code: string) => refusal(what, { entry: base64(text) }, code);
  const inside = (what: string, text: string) => wrong(what, entry(text), 'canonical_form');
  const at = Buffer.from(WHOLE).indexOf('AIR-SEC');
  const noUtf8 = Uint8Array.from(Buffer.from(WHOLE)).fill(0xff, at, at + 1);
  const noData = (value: JsonValue) => entry(canonicalJson({ ...EVENT, data: value }), PREV, CHAIN);
  return [
    wrong('a byte that is no UTF-8', noUtf8, 'utf8'),
    wrong('data: a list', noData([]), 'event_shape'),
    wrong('data: null', noData(null), 'event_shape'),
    wrong('an event that is a list', entry('[]'), 'event_shape'),
    wrong('an event that is null', entry('null'), 'event_shape'),
    inside('no event', ''),
    inside('a space in the event', event.replace('"seq":7', '"seq": 7')),
    inside('members of the event in another order', event.replace('"seq":7,', '').replace('{', '{"seq":7,')),
    inside('a member twice, same value', event.replace('"seq":7', '"seq":7,"seq":7')),
    inside('a member twice, other value', event.replace('"seq":7', '"seq":6,"seq":7')),
    inside('a number with a fraction of zero', event.replace('"seq":7', '"seq":7.0')),
    inside('a number with an exponent', event.replace('"seq":7', '"seq":7e0')),
    inside('an escaped letter', event.replace('act_1', '\\u0061ct_1')),
    inside('an escaped slash', event.replace('agent/', 'agent\\/')),
    inside('two events', `${event},${event}`),
    inside('an event that is not closed', event.slice(0, -1)),
  ];
}
