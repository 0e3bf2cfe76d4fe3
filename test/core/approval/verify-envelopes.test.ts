import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../../core/approval/base64url.ts';
import type { Envelope, EnvelopePayload } from '../../../core/approval/envelope.ts';
import { encodeEnvelope } from '../../../core/approval/envelope.ts';
import { CLOCK_SKEW_MS, verifyEnvelopes } from '../../../core/approval/verify-envelopes.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';
import { ACTION, AGENT, fakeSealer, fakeVerifier } from './scene.ts';

const digest = 'd'.repeat(64);
const expected = {
  actionId: ACTION,
  actionDigest: digest,
  agentId: AGENT,
  nowMs: TEST_NOW_MS,
  lastEventMs: TEST_NOW_MS,
};
const iso = (timeMs: number) => new Date(timeMs).toISOString();

async function envelope(change: Partial<EnvelopePayload> = {}): Promise<Envelope> {
  const bytes = encodeEnvelope({
    v: '1',
    envelopeId: 'e1',
    actionId: ACTION,
    actionDigest: digest,
    agentId: AGENT,
    approver: 'p1_amy',
    manager: false,
    slot: 1,
    approvedAt: iso(TEST_NOW_MS - 2_000),
    sealedAt: iso(TEST_NOW_MS - 1_000),
    expiresAt: iso(TEST_NOW_MS + 89_000),
    ...change,
  });
  const [{ mac }, signature] = await Promise.all([fakeSealer.mac(bytes), fakeSealer.sign(bytes)]);
  return { payload: toBase64Url(bytes), mac: toBase64Url(mac), signature: toBase64Url(signature) };
}

const second = { envelopeId: 'e2', approver: 'p1_mia', manager: true, slot: 2 };

function flipped(text: string): string {
  const bytes = fromBase64Url(text) ?? new Uint8Array();
  return toBase64Url(bytes.map((byte, index) => (index === 40 % bytes.length ? byte ^ 1 : byte)));
}

describe('verifyEnvelopes', () => {
  it('counts people and managers when all envelopes hold', async () => {
    const verified = await verifyEnvelopes(fakeVerifier, [await envelope(), await envelope(second)], expected);
    expect(verified).toEqual({
      ok: true,
      value: { count: 2, managers: 1, envelopeIds: ['e1', 'e2'], approvers: ['p1_amy', 'p1_mia'] },
    });
  });

  it('proves nothing when none is presented', async () => {
    const verified = await verifyEnvelopes(fakeVerifier, [], expected);
    expect(verified.ok && verified.value.count).toBe(0);
  });

  it('refuses an expired envelope when the clock was set back to before its end', async () => {
    const given = { ...expected, nowMs: TEST_NOW_MS, lastEventMs: TEST_NOW_MS + 89_000 };
    const verified = await verifyEnvelopes(fakeVerifier, [await envelope()], given);
    expect(verified).toEqual({ ok: false, problem: { code: 'envelope_expired', index: 0 } });
  });

  it.each<[string, Partial<EnvelopePayload>, string]>([
    ['for another action', { actionId: 'act_other' }, 'envelope_wrong_action'],
    ['for another agent', { agentId: '1:other' }, 'envelope_wrong_agent'],
    ['for other parameters', { actionDigest: 'e'.repeat(64) }, 'envelope_digest_mismatch'],
    ['from the future', { sealedAt: iso(TEST_NOW_MS + CLOCK_SKEW_MS + 1) }, 'envelope_not_yet_valid'],
    ['at its last instant', { expiresAt: iso(TEST_NOW_MS) }, 'envelope_expired'],
    ['long over', { expiresAt: iso(TEST_NOW_MS - 60_000) }, 'envelope_expired'],
  ])('refuses an envelope %s', async (_name, change, code) => {
    const verified = await verifyEnvelopes(fakeVerifier, [await envelope(change)], expected);
    expect(verified).toEqual({ ok: false, problem: { code, index: 0 } });
  });

  it.each<[string, Partial<EnvelopePayload>, string]>([
    ['the same envelope twice', {}, 'envelope_duplicate_id'],
    ['one person twice', { envelopeId: 'e2', slot: 2 }, 'envelope_duplicate_approver'],
    ['one slot twice', { envelopeId: 'e2', approver: 'p1_mia' }, 'envelope_duplicate_slot'],
  ])('refuses %s', async (_name, change, code) => {
    const verified = await verifyEnvelopes(fakeVerifier, [await envelope(), await envelope(change)], expected);
    expect(verified).toEqual({ ok: false, problem: { code, index: 1 } });
  });

  it('refuses more envelopes than any action needs before asking for a mac', async () => {
    const never = { verifyMac: async () => Promise.reject(new Error('expected no call')) };
    const verified = await verifyEnvelopes(never, [await envelope(), await envelope(), await envelope()], expected);
    expect(verified).toEqual({ ok: false, problem: { code: 'envelope_too_many', index: 2 } });
  });

  it('refuses an altered payload, mac or spelling', async () => {
    const good = await envelope();
    const codeOf = async (bad: Envelope) => {
      const verified = await verifyEnvelopes(fakeVerifier, [bad], expected);
      return verified.ok ? 'valid' : verified.problem.code;
    };
    expect(await codeOf({ ...good, mac: flipped(good.mac) })).toBe('envelope_mac_invalid');
    expect(await codeOf({ ...good, mac: `${good.mac}=` })).toBe('envelope_malformed');
    expect(await codeOf({ ...good, mac: '' })).toBe('envelope_malformed');
    expect(await codeOf({ ...good, signature: '*' })).toBe('envelope_malformed');
    expect(await codeOf({ ...good, payload: (await envelope({ manager: true })).payload })).toBe(
      'envelope_mac_invalid',
    );
  });

  it('refuses any single changed byte of a payload', async () => {
    const good = await envelope();
    const bytes = fromBase64Url(good.payload) ?? new Uint8Array();
    for (let index = 0; index < bytes.length; index += 1) {
      const altered = toBase64Url(bytes.map((byte, at) => (at === index ? byte ^ 1 : byte)));
      expect((await verifyEnvelopes(fakeVerifier, [{ ...good, payload: altered }], expected)).ok).toBe(false);
    }
  });

  it('throws, and does not accept, when the verifier cannot answer', async () => {
    const broken = { verifyMac: async () => Promise.reject(new Error('unreachable')) };
    await expect(verifyEnvelopes(broken, [await envelope()], expected)).rejects.toThrow('unreachable');
  });
});
