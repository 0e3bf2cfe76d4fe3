import { parseWitnessPolicy, type WitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import { parseAddCheckpoint } from '../../core/ledger/log/witness-request.ts';
import { httpWitnesses } from '../../net/witness-client.ts';
import { witnessEndpoints } from '../../net/witness-endpoints.ts';
import type { WitnessProblem } from '../../net/witness-problem.ts';
import { cosignatureLine, newLog, newWitness, signedCheckpoint } from '../core/ledger/log/log-keys.ts';

export const NOW_SECONDS = 1_800_000_000;
export const SIZE = 9;
export const log = newLog('log.example/ledger');
export const witnesses = ['a', 'b', 'c'].map((name) => newWitness(`${name}.example`));
export const NOTE = signedCheckpoint(log, SIZE, new Uint8Array(32).fill(7));

/** What a witness was sent. */
export interface Asked {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly note: string;
  readonly signal: AbortSignal;
}

/** How a witness behaves. */
export type Behaviour = (asked: Asked) => Response | Promise<Response>;

/** A policy of 2 of 3. */
export function twoOfThree(): WitnessPolicy {
  const lines = witnesses.map(({ key, vkey }) => `witness ${key.name} ${vkey} https://${key.name}/w/\n`);
  const names = witnesses.map(({ key }) => key.name).join(' ');
  const parsed = parseWitnessPolicy(`${lines.join('')}group g 2 ${names}\nquorum g\n`);
  if (!parsed.ok) throw new Error(parsed.problem.detail);
  return parsed.value;
}

/** Cosigns whatever it is sent. */
export function cosigning(index: number, timeSeconds = NOW_SECONDS): Behaviour {
  return ({ note }) => new Response(lineOf(index, note, timeSeconds));
}

export function lineOf(index: number, note: string, timeSeconds = NOW_SECONDS): string {
  const witness = witnesses[index];
  if (witness === undefined) throw new RangeError(`expected a witness, got ${index}`);
  return cosignatureLine(witness, note, timeSeconds);
}

/** A stale request's answer. */
export const sizeAnswer = (size: number | string) =>
  new Response(`${size}\n`, { status: 409, headers: { 'content-type': 'text/x.tlog.size' } });

/** Witnesses `a`, `b` and `c` behind a fetch that never leaves the process, asked with size 4 in mind. */
export function askAll(
  behaviours: readonly Behaviour[],
  { timeoutMs = 60_000, noProofFrom }: { readonly timeoutMs?: number; readonly noProofFrom?: number } = {},
) {
  const problems: WitnessProblem[] = [];
  const asked: { readonly url: string; readonly oldSize: number; readonly proof: number }[] = [];
  const proofSizes: number[] = [];
  const policy = twoOfThree();
  const endpoints = witnessEndpoints(policy, []);
  if (!endpoints.ok) throw new Error(endpoints.problem.detail);
  const client = httpWitnesses({
    policy,
    endpoints: endpoints.value,
    clock: { nowMs: () => NOW_SECONDS * 1_000 },
    timeoutMs,
    onProblem: (problem) => problems.push(problem),
    fetch: async (input, init) => {
      const url = String(input);
      const request = parseAddCheckpoint(String(init?.body));
      const behaviour = behaviours[witnesses.findIndex(({ key }) => url.startsWith(`https://${key.name}/`))];
      if (!request.ok || behaviour === undefined || !init?.signal) throw new Error(`expected a request to ${url}`);
      asked.push({ url, oldSize: request.value.oldSize, proof: request.value.proof.length });
      return behaviour({ ...request.value, signal: init.signal });
    },
  });
  const proofFrom = async (size: number) => {
    proofSizes.push(size);
    if (size > SIZE) throw new RangeError(`expected a size up to ${SIZE}, got ${size}`);
    if (size === noProofFrom) throw new Error('expected a tile, got no object');
    return Array.from({ length: size }, (_, index) => new Uint8Array(32).fill(index));
  };
  const lines = client.cosign(4, proofFrom, new TextEncoder().encode(NOTE));
  return { lines, problems, asked, proofSizes };
}
