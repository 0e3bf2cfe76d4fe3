import type { SealedMac, TimeWindow } from './facts.ts';
import { isInside } from './facts.ts';
import type { Finding } from './finding.ts';

/** A MAC that KMS made with an envelope key, as AWS recorded the call. Refused calls make none and are left out. */
export interface MacCall {
  /** Epoch milliseconds; AWS records whole seconds. */
  readonly timeMs: number;
  readonly requestId: string;
  /** Whether the sealer's role called, or anything else. */
  readonly by: 'sealer' | 'other';
}

/** What matching came to. */
export interface MatchedMacs {
  /** Envelopes sealed inside the window. */
  readonly sealed: number;
  /** MACs made inside the window. */
  readonly calls: number;
  readonly findings: readonly Finding[];
}

/**
 * Matches MACs with envelopes one to one, by the id of the KMS request. Nothing is explained away: a MAC that was made
 * and never recorded is a finding even when a crash and a retry are the likely reason, because a forged envelope looks
 * just the same.
 *
 * @param sealed envelopes of the window and of a margin around it, so that none is missed at its edges
 * @param calls calls of the window and of the margin
 */
export function matchMacs(window: TimeWindow, sealed: readonly SealedMac[], calls: readonly MacCall[]): MatchedMacs {
  const made = new Set(calls.map((call) => call.requestId));
  const named = new Map<string, SealedMac>();
  const findings: Finding[] = [];
  for (const mac of sealed) {
    const earlier = mac.requestId === undefined ? undefined : named.get(mac.requestId);
    if (mac.requestId !== undefined && earlier === undefined) named.set(mac.requestId, mac);
    if (!isInside(window, mac.timeMs)) continue;
    if (earlier !== undefined) findings.push(namedTwice(mac, earlier));
    else if (mac.requestId === undefined || !made.has(mac.requestId)) findings.push(callMissing(mac));
  }
  const inside = distinct(calls).filter((call) => isInside(window, call.timeMs));
  findings.push(...inside.filter((call) => !named.has(call.requestId)).map(unexplained));
  return {
    sealed: sealed.filter((mac) => isInside(window, mac.timeMs)).length,
    calls: inside.length,
    findings,
  };
}

/** AWS may deliver a record twice. */
function distinct(calls: readonly MacCall[]): readonly MacCall[] {
  return [...new Map(calls.map((call) => [call.requestId, call])).values()];
}

function unexplained({ timeMs, requestId, by }: MacCall): Finding {
  return {
    code: 'unexplained_mac',
    requestId,
    time: new Date(timeMs).toISOString(),
    expected: 'a sealed envelope that names the request',
    got: by === 'sealer' ? 'none, called by the sealer' : 'none, called by another principal',
  };
}

function callMissing(mac: SealedMac): Finding {
  return {
    code: 'mac_call_missing',
    ...placeOf(mac),
    expected: 'a record of the call that made the MAC',
    got: mac.requestId === undefined ? 'an envelope that names no call' : 'none',
  };
}

function namedTwice(mac: SealedMac, earlier: SealedMac): Finding {
  return {
    code: 'mac_named_twice',
    ...placeOf(mac),
    expected: 'a MAC of its own',
    got: `the MAC of envelope ${earlier.envelopeId}`,
  };
}

function placeOf({ chain, seq, timeMs, envelopeId, requestId }: SealedMac) {
  return {
    chain,
    seq,
    time: new Date(timeMs).toISOString(),
    envelopeId,
    ...(requestId !== undefined && { requestId }),
  };
}
