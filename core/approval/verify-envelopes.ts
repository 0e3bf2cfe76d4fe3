import type { EnvelopeVerifier } from '../ports.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { fromBase64Url } from './base64url.ts';
import type { Envelope, EnvelopePayload, EnvelopeProblem, EnvelopeProblemCode } from './envelope.ts';
import { parseEnvelope } from './envelope.ts';

/** Clocks of two functions may differ by this much before a seal from the future is refused. */
export const CLOCK_SKEW_MS = 5_000;

/** Most envelopes one redemption may carry: no action type asks for more people. */
export const MAX_ENVELOPES = 2;

/** What the envelopes have to be about, all of it from the gate's own records. */
export interface EnvelopeExpectation {
  readonly actionId: string;
  readonly actionDigest: string;
  readonly agentId: string;
  readonly nowMs: number;
  /** Time of the agent's last event: a clock set back brings no expired envelope to life. */
  readonly lastEventMs: number;
}

/** What a set of valid envelopes proves: facts for the gate, which alone says whether they suffice. */
export interface VerifiedApprovals {
  /** Distinct people who approved. */
  readonly count: number;
  /** How many of them approved as managers. */
  readonly managers: number;
  readonly envelopeIds: readonly string[];
  /** Pseudonyms. */
  readonly approvers: readonly string[];
}

/**
 * Checks the envelopes an agent presents: form, MAC, action, agent, digest, time and distinctness, in that order, and
 * stops at the first that fails. None presented is valid and proves nothing (`count` 0).
 *
 * @throws whatever the verifier throws when it can't answer: no answer never counts as valid
 */
export async function verifyEnvelopes(
  verifier: EnvelopeVerifier,
  envelopes: readonly Envelope[],
  expected: EnvelopeExpectation,
): Promise<Result<VerifiedApprovals, EnvelopeProblem>> {
  if (envelopes.length > MAX_ENVELOPES) return refused({ code: 'envelope_too_many', index: MAX_ENVELOPES });
  const payloads: EnvelopePayload[] = [];
  for (const [index, envelope] of envelopes.entries()) {
    const opened = await openEnvelope(verifier, envelope);
    if (!opened.ok) return refused({ code: opened.problem, index });
    payloads.push(opened.value);
  }
  return checkEnvelopes(payloads, expected);
}

/** The checks that need no key. `payloads` must come from envelopes whose MAC was verified. */
export function checkEnvelopes(
  payloads: readonly EnvelopePayload[],
  expected: EnvelopeExpectation,
): Result<VerifiedApprovals, EnvelopeProblem> {
  for (const [index, payload] of payloads.entries()) {
    const code = problemOf(payload, expected) ?? repetition(payload, payloads.slice(0, index));
    if (code !== undefined) return refused({ code, index });
  }
  return ok({
    count: payloads.length,
    managers: payloads.filter((payload) => payload.manager).length,
    envelopeIds: payloads.map((payload) => payload.envelopeId),
    approvers: payloads.map((payload) => payload.approver),
  });
}

async function openEnvelope(
  verifier: EnvelopeVerifier,
  envelope: Envelope,
): Promise<Result<EnvelopePayload, EnvelopeProblemCode>> {
  const bytes = fromBase64Url(envelope.payload);
  const mac = fromBase64Url(envelope.mac);
  const signature = fromBase64Url(envelope.signature);
  if (!bytes?.length || !mac?.length || !signature?.length) return refused('envelope_malformed');
  const parsed = parseEnvelope(bytes);
  if (!parsed.ok) return parsed;
  return (await verifier.verifyMac(bytes, mac)) ? parsed : refused('envelope_mac_invalid');
}

function problemOf(payload: EnvelopePayload, expected: EnvelopeExpectation): EnvelopeProblemCode | undefined {
  if (payload.actionId !== expected.actionId) return 'envelope_wrong_action';
  if (payload.agentId !== expected.agentId) return 'envelope_wrong_agent';
  if (payload.actionDigest !== expected.actionDigest) return 'envelope_digest_mismatch';
  if (Date.parse(payload.sealedAt) > expected.nowMs + CLOCK_SKEW_MS) return 'envelope_not_yet_valid';
  if (Date.parse(payload.expiresAt) <= Math.max(expected.nowMs, expected.lastEventMs)) return 'envelope_expired';
  return undefined;
}

function repetition(payload: EnvelopePayload, earlier: readonly EnvelopePayload[]): EnvelopeProblemCode | undefined {
  if (earlier.some((other) => other.envelopeId === payload.envelopeId)) return 'envelope_duplicate_id';
  if (earlier.some((other) => other.approver === payload.approver)) return 'envelope_duplicate_approver';
  if (earlier.some((other) => other.slot === payload.slot)) return 'envelope_duplicate_slot';
  return undefined;
}
