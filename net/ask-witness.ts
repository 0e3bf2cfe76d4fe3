import type { VerifierKey } from '../core/ledger/log/note.ts';
import { formatNote, openNote, parseNote } from '../core/ledger/log/note.ts';
import type { ProofFrom } from '../core/ledger/log/ports.ts';
import { formatAddCheckpoint } from '../core/ledger/log/witness-request.ts';
import type { Clock } from '../core/ports.ts';
import type { Result } from '../core/result.ts';
import { ok, refused } from '../core/result.ts';
import { attempted } from './attempted.ts';
import { readLimited } from './read-limited.ts';
import type { WitnessEndpoint } from './witness-endpoints.ts';
import { type WitnessProblem, witnessProblem } from './witness-problem.ts';

/** The checkpoint that is to be cosigned. */
export interface CosignRequest {
  /** The signed note, its text (the checkpoint's body) and the size it states. */
  readonly note: string;
  readonly text: string;
  readonly size: number;
  /** Size the witness is expected to know. */
  readonly oldSize: number;
  readonly proofFrom: ProofFrom;
}

/** How a witness is asked. */
export interface AskOptions {
  readonly clock: Clock;
  /** For everything that is exchanged with one witness. */
  readonly timeoutMs: number;
  /** How far the time of a cosignature may be from ours, either way. */
  readonly maxClockSkewSeconds: number;
  readonly fetch: typeof fetch;
}

/** A witness that answers with its own size is asked again from there; it may have moved on once more meanwhile. */
const MAX_ATTEMPTS = 3;

/** A witness with several keys, one of them ML-DSA-44, answers with some 4 KB. */
const MAX_ANSWER_BYTES = 16 * 1_024;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Has one witness cosign a checkpoint.
 *
 * @returns its signature line, verified; or what went wrong. Never throws for anything the witness does.
 * @see https://c2sp.org/tlog-witness
 */
export async function askWitness(
  { key, url }: WitnessEndpoint,
  request: CosignRequest,
  options: AskOptions,
): Promise<Result<string, WitnessProblem>> {
  const fail = (code: WitnessProblem['code'], detail: string) => refused(witnessProblem(key.name, code, detail));
  const signal = AbortSignal.timeout(options.timeoutMs);
  let from = request.oldSize;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const body = await attempted(async () =>
      formatAddCheckpoint({ oldSize: from, proof: await request.proofFrom(from), note: request.note }),
    );
    if (!body.ok) return fail('proof_unavailable', body.problem);
    const answer = await attempted(() => post(`${url}/add-checkpoint`, body.value, signal, options.fetch));
    if (!answer.ok) return fail('unreachable', answer.problem);
    if (answer.value === undefined) return fail('answer_invalid', `expected at most ${MAX_ANSWER_BYTES} bytes`);
    if (answer.value.status === 200) return verifiedLine(key, request.text, answer.value.text, options);
    const knownSize = answer.value.status === 409 ? sizeIn(answer.value) : undefined;
    if (knownSize === undefined || knownSize === from || knownSize > request.size)
      return refused(refusal(key.name, answer.value, knownSize, from, request.size));
    from = knownSize;
  }
  return fail('answer_invalid', `expected an end after ${MAX_ATTEMPTS} requests, got other sizes every time`);
}

async function post(url: string, body: string, signal: AbortSignal, fetcher: typeof fetch) {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const response = await fetcher(url, { method: 'POST', body, headers, signal, redirect: 'error' });
  const bytes = await readLimited(response, MAX_ANSWER_BYTES);
  if (bytes === undefined) return undefined;
  const [contentType = ''] = (response.headers.get('content-type') ?? '').split(';');
  return { status: response.status, contentType: contentType.trim(), text: new TextDecoder().decode(bytes) };
}

/** What the answer to a stale request says of the witness's view. */
function sizeIn({ contentType, text }: Answer): number | undefined {
  const [, digits] = /^(0|[1-9]\d{0,15})\n$/.exec(text) ?? [];
  const size = Number(digits);
  return contentType === 'text/x.tlog.size' && Number.isSafeInteger(size) ? size : undefined;
}

/** What a refusal means. A witness that has another root of this size says 409 in v1.0.0 and 422 in later texts. */
function refusal(
  witness: string,
  { status }: Answer,
  knownSize: number | undefined,
  from: number,
  size: number,
): WitnessProblem {
  if (knownSize !== undefined && knownSize > size)
    return witnessProblem(witness, 'larger_tree', `it cosigned size ${knownSize}, this checkpoint has ${size}`);
  if ((status === 409 || status === 422) && from === size)
    return witnessProblem(witness, 'other_root', `it cosigned another root of size ${size}`);
  if (status === 422)
    return witnessProblem(witness, 'proof_refused', `it does not find its tree of ${from} in that of ${size}`);
  if (status === 404) return witnessProblem(witness, 'unknown_origin', 'it does not know this log');
  if (status === 403) return witnessProblem(witness, 'signature_refused', 'it does not know the key of this log');
  return witnessProblem(witness, 'answer_invalid', `expected status 200, got ${status} to a proof from ${from}`);
}

/** The line of the witness's own key; those of other keys, and other lines of it, are left out. */
function verifiedLine(
  key: VerifierKey,
  text: string,
  answer: string,
  { clock, maxClockSkewSeconds }: AskOptions,
): Result<string, WitnessProblem> {
  const note = formatNote(text, [answer]);
  const opened = openNote(note, [key]);
  const parsed = parseNote(note);
  if (!opened.ok || !parsed.ok || opened.value.text !== text)
    return refused(witnessProblem(key.name, 'cosignature_invalid', opened.ok ? 'note_malformed' : opened.problem.code));
  const [{ timeSeconds } = {}] = opened.value.verified;
  const line = parsed.value.signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId)?.line;
  const nowSeconds = Math.floor(clock.nowMs() / 1_000);
  if (line === undefined || timeSeconds === undefined)
    return refused(witnessProblem(key.name, 'cosignature_invalid', 'expected a cosignature with a time'));
  return Math.abs(timeSeconds - nowSeconds) <= maxClockSkewSeconds
    ? ok(line)
    : refused(witnessProblem(key.name, 'cosignature_time', `expected about ${nowSeconds}, got ${timeSeconds}`));
}
