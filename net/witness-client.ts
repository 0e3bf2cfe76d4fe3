import { parseCheckpointBody } from '../core/ledger/log/checkpoint.ts';
import { parseNote } from '../core/ledger/log/note.ts';
import type { ProofFrom, Witnesses } from '../core/ledger/log/ports.ts';
import type { WitnessPolicy } from '../core/ledger/log/witness-policy.ts';
import { quorumMet } from '../core/ledger/log/witness-policy.ts';
import type { Clock } from '../core/ports.ts';
import { StorageFault } from '../core/state/entities.ts';
import { askWitness } from './ask-witness.ts';
import type { WitnessEndpoint } from './witness-endpoints.ts';
import type { WitnessProblem } from './witness-problem.ts';

/** Thrown when too few witnesses cosigned a checkpoint; it is asked for again with the next run. */
export class QuorumMissing extends StorageFault {
  readonly problems: readonly WitnessProblem[];

  constructor(problems: readonly WitnessProblem[]) {
    const list = problems.map(({ witness, code, detail }) => `${witness}: ${code}, ${detail}`).join('; ');
    super(`expected a quorum of witnesses, got too few cosignatures (${list})`);
    this.problems = problems;
  }
}

/** What the client needs. */
export interface WitnessClientOptions {
  readonly policy: WitnessPolicy;
  /** From `witnessEndpoints`. */
  readonly endpoints: readonly WitnessEndpoint[];
  readonly clock: Clock;
  /** Told of everything that goes wrong with a witness, also when the others are enough. */
  readonly onProblem: (problem: WitnessProblem) => void;
  /** For all that is exchanged with one witness; 5 seconds unless told. */
  readonly timeoutMs?: number;
  /** How far the time of a cosignature may be from the clock, either way; 300 seconds unless told. */
  readonly maxClockSkewSeconds?: number;
  readonly fetch?: typeof fetch;
}

/**
 * Witnesses that are asked over HTTP, all at once (C2SP tlog-witness). It waits for every answer until the timeout, so that
 * a checkpoint carries as many cosignatures as can be had, and not only as many as are needed.
 */
export function httpWitnesses(options: WitnessClientOptions): Witnesses {
  const { policy, endpoints, clock, onProblem, timeoutMs = 5_000, maxClockSkewSeconds = 300 } = options;
  const asking = { clock, timeoutMs, maxClockSkewSeconds, fetch: options.fetch ?? fetch };
  return {
    cosign: async (oldSize, proofFrom, noteBytes) => {
      const request = { ...readCheckpoint(noteBytes), oldSize, proofFrom: onceEach(proofFrom) };
      const answers = await Promise.all(
        endpoints.map(async (endpoint) => ({ endpoint, answer: await askWitness(endpoint, request, asking) })),
      );
      const problems = answers.flatMap(({ answer }) => (answer.ok ? [] : [answer.problem]));
      for (const problem of problems) onProblem(problem);
      const cosigned = answers.flatMap(({ endpoint, answer }) => (answer.ok ? [endpoint.key] : []));
      if (!quorumMet(policy, cosigned)) throw new QuorumMissing(problems);
      return answers.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
    },
  };
}

function readCheckpoint(noteBytes: Uint8Array) {
  const note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(noteBytes);
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpointBody(parsed.value.text) : parsed;
  if (!parsed.ok || !checkpoint.ok) throw new TypeError('expected the signed note of a checkpoint');
  return { note, text: parsed.value.text, size: checkpoint.value.size };
}

/** Witnesses mostly know the same size: its proof is made once. */
function onceEach(proofFrom: ProofFrom): ProofFrom {
  const made = new Map<number, ReturnType<ProofFrom>>();
  return (size) => {
    const proof = made.get(size) ?? proofFrom(size);
    made.set(size, proof);
    return proof;
  };
}
