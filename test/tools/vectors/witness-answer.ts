import type { JsonObject } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { formatCheckpointBody, parseCheckpointBody } from '../../../core/ledger/log/checkpoint.ts';
import { formatNote, parseNote, parseVerifierKey, type VerifierKey } from '../../../core/ledger/log/note.ts';
import { parseAddCheckpoint } from '../../../core/ledger/log/witness-request.ts';
import { Witness } from '../../../sandbox/witness/witness.ts';
import { testSigner } from '../../../tools/vectors/test-signer.ts';
import type { Expectation } from '../../../tools/vectors/vector-file.ts';

const TIME_SECONDS = 1_800_000_000;
const signer = testSigner('witness.example/one');

/** What the sandbox's witness answers to a vector's request. */
export function witnessAnswer(input: JsonObject): Expectation {
  const logs = (Array.isArray(input['logVkeys']) ? input['logVkeys'] : []).map((vkey) => keyOf(String(vkey)));
  const views = new Map<string, string>();
  const { last } = input;
  const [log] = logs;
  if (isJsonObject(last) && log !== undefined) {
    const root = Buffer.from(String(last['root']), 'hex');
    const body = formatCheckpointBody({ origin: log.name, size: Number(last['size']), root });
    views.set(log.name, formatNote(body, [signer.timedLine(body, TIME_SECONDS)]));
  }
  const before = new Map(views);
  const answer = new Witness({
    key: {
      verifierKey: keyOf(signer.timedVkey),
      vkey: signer.timedVkey,
      cosign: (text, timeSeconds) => signer.timedLine(text, timeSeconds),
    },
    logs,
    views: {
      read: (origin) => views.get(origin),
      readByHash: () => undefined,
      write: (origin, note) => void views.set(origin, note),
    },
    clock: { nowMs: () => TIME_SECONDS * 1_000 },
  }).addCheckpoint(String(input['request']));
  if (answer.status === 200) return { accepted: true, found: { size: sizeOf(String(input['request'])) } };
  // A refusal must leave what the witness holds as it was.
  const isKept = [...views].every(([origin, note]) => before.get(origin) === note);
  return { accepted: false, code: isKept ? `witness_${answer.status}` : 'view_changed' };
}

function sizeOf(request: string): number {
  const parsed = parseAddCheckpoint(request);
  const note = parsed.ok ? parseNote(parsed.value.note) : parsed;
  const checkpoint = note.ok && 'text' in note.value ? parseCheckpointBody(note.value.text) : undefined;
  return checkpoint?.ok === true ? checkpoint.value.size : Number.NaN;
}

function keyOf(vkey: string): VerifierKey {
  const key = parseVerifierKey(vkey);
  if (!key.ok) throw new Error(`expected a verifier key, got \`${vkey}\``);
  return key.value;
}
