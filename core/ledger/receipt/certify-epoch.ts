import type { Result } from '../../result.ts';
import { refused } from '../../result.ts';
import type { ChangeDeps, Contention } from '../../state/change-agent.ts';
import type { SharedChain } from '../../state/change-chain.ts';
import { changeChain } from '../../state/change-chain.ts';
import type { EpochCertificate } from './certificate.ts';
import { certificateMessage, epochIdOf } from './certificate.ts';
import { certifiedData, EPOCHS_CHAIN } from './epoch.ts';
import type { EpochRequest } from './epoch-request.ts';
import { isProved, isRetiredByHolder, retiredData } from './epoch-request.ts';

/** What certifying needs from outside. */
export interface CertifyDeps extends ChangeDeps {
  /** The certification key. */
  readonly certifier: { sign(message: Uint8Array): Promise<Uint8Array> };
  readonly terms: EpochTerms;
}

/** What every certificate of a deployment says. */
export interface EpochTerms {
  /** At most `MAX_EPOCH_SECONDS`. */
  readonly epochSeconds: number;
  readonly logOrigin: string;
  readonly mergeDelaySeconds: number;
}

/** Why a key was not certified. */
export type CertifyProblem = { readonly code: 'epoch_not_proved' } | { readonly code: 'epoch_not_now' } | Contention;

const EPOCHS: SharedChain = { name: EPOCHS_CHAIN, head: { entity: 'epochsHead' } };
const FRAMEWORK_REFS = ['AIR-DET-021'];

/** How far an epoch's beginning may be from this clock: clocks differ, and a request takes time to arrive. */
const MAX_OFFSET_MS = 30_000;

/**
 * Certifies a function's key for a limited time and records the certificate before anyone can use it.
 *
 * @returns the entry of the `epoch.certified` event
 * @throws {StorageFault} when it could not be signed or recorded: there is no certificate then
 */
export async function certifyEpoch(
  deps: CertifyDeps,
  request: EpochRequest,
): Promise<Result<Uint8Array, CertifyProblem>> {
  if (!isProved(request)) return refused({ code: 'epoch_not_proved' });
  if (Math.abs(request.notBeforeMs - deps.clock.nowMs()) > MAX_OFFSET_MS) return refused({ code: 'epoch_not_now' });
  await retire(deps, request);
  const certificate = certificateFor(deps.terms, request);
  const signature = await deps.certifier.sign(certificateMessage(certificate));
  return changeChain(deps, EPOCHS, [], () => ({
    event: { type: 'epoch.certified', frameworkRefs: FRAMEWORK_REFS, data: certifiedData(certificate, signature) },
    result: (event) => event.entry,
  }));
}

/** Records that the key before is no longer used. Not to is no reason to refuse: its certificate ends it. */
async function retire(deps: CertifyDeps, { retires }: EpochRequest): Promise<void> {
  if (retires === undefined || !isRetiredByHolder(retires)) return;
  await changeChain(deps, EPOCHS, [], () => ({
    event: { type: 'epoch.retired', frameworkRefs: FRAMEWORK_REFS, data: retiredData(retires) },
    result: () => undefined,
  }));
}

function certificateFor(terms: EpochTerms, { publicKey, issuedTo, notBeforeMs }: EpochRequest): EpochCertificate {
  const { epochSeconds, logOrigin, mergeDelaySeconds } = terms;
  return {
    epochId: epochIdOf(publicKey),
    publicKey,
    issuedTo,
    notBeforeMs,
    notAfterMs: notBeforeMs + epochSeconds * 1_000,
    logOrigin,
    mergeDelaySeconds,
  };
}
