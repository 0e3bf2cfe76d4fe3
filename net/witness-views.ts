import { sha256Hex } from '../core/ledger/hash.ts';
import { parseCheckpointBody } from '../core/ledger/log/checkpoint.ts';
import { openNote } from '../core/ledger/log/note.ts';
import type { PolicyWitness, WitnessPolicy } from '../core/ledger/log/witness-policy.ts';
import { quorumMet } from '../core/ledger/log/witness-policy.ts';
import type { Result } from '../core/result.ts';
import { ok, refused } from '../core/result.ts';
import { attempted } from './attempted.ts';
import { readLimited } from './read-limited.ts';
import { submissionPrefix } from './witness-endpoints.ts';
import { type WitnessProblem, witnessProblem } from './witness-problem.ts';

/** What the witnesses of a policy say they cosigned last of one log. */
export interface WitnessViews {
  /** Signed notes, each verified under the key of the witness it is from. */
  readonly views: readonly { readonly name: string; readonly note: string }[];
  /** Witnesses that showed nothing that counts, and why. */
  readonly problems: readonly WitnessProblem[];
  /** True when those that showed something would meet the quorum. */
  readonly isEnough: boolean;
}

/** How views are asked for. */
export interface AskViewsOptions {
  /** For all that is exchanged with one witness; 5 seconds unless told. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** A checkpoint that many witnesses cosigned fits in. */
const MAX_VIEW_BYTES = 16 * 1_024;

/**
 * Asks all witnesses of a policy at once for the checkpoint of a log that they cosigned last. Never throws for anything a
 * witness does. Nothing is sent but the hash of the log's name.
 *
 * @see https://c2sp.org/tlog-witness
 */
export async function askViews(
  policy: WitnessPolicy,
  origin: string,
  options: AskViewsOptions = {},
): Promise<WitnessViews> {
  const asked = await Promise.all(
    policy.witnesses.map(async (witness) => ({ witness, view: await askView(witness, origin, options) })),
  );
  const shown = asked.flatMap(({ witness, view }) => (view.ok ? [witness.key] : []));
  return {
    views: asked.flatMap(({ witness, view }) => (view.ok ? [{ name: witness.key.name, note: view.value }] : [])),
    problems: asked.flatMap(({ view }) => (view.ok ? [] : [view.problem])),
    isEnough: shown.length > 0 && quorumMet(policy, shown),
  };
}

async function askView(
  { key, url }: PolicyWitness,
  origin: string,
  options: AskViewsOptions,
): Promise<Result<string, WitnessProblem>> {
  const fail = (code: WitnessProblem['code'], detail: string) => refused(witnessProblem(key.name, code, detail));
  if (url === undefined) return fail('unreachable', 'the policy names no URL of it');
  const prefix = submissionPrefix(url);
  if (prefix === undefined) return fail('unreachable', `expected an http or https URL without a query, got \`${url}\``);
  const answer = await get(`${prefix}/${sha256Hex(origin)}/checkpoint`, options);
  if (!answer.ok) return fail('unreachable', answer.problem);
  const { status, note } = answer.value;
  if (status === 404) return fail('unknown_origin', 'it holds no checkpoint of this log');
  if (status !== 200) return fail('answer_invalid', `expected status 200, got ${status}`);
  if (note === undefined) return fail('answer_invalid', `expected at most ${MAX_VIEW_BYTES} bytes`);
  const opened = openNote(note, [key]);
  if (!opened.ok) return fail('cosignature_invalid', opened.problem.code);
  const body = parseCheckpointBody(opened.value.text);
  if (!body.ok) return fail('answer_invalid', `expected ${body.problem.expected}`);
  return body.value.origin === origin
    ? ok(note)
    : fail('answer_invalid', `expected a checkpoint of \`${origin}\`, got one of \`${body.value.origin}\``);
}

function get(url: string, { timeoutMs = 5_000, fetch: fetcher = fetch }: AskViewsOptions) {
  return attempted(async () => {
    const response = await fetcher(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const bytes = await readLimited(response, MAX_VIEW_BYTES);
    return { status: response.status, note: bytes === undefined ? undefined : new TextDecoder().decode(bytes) };
  });
}
