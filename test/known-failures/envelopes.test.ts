import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActionRequest, actionDigest } from '../../core/gate/action.ts';
import { redeemAction } from '../../core/gate/redeem.ts';
import type { JsonObject } from '../../core/json.ts';
import { canonicalJson } from '../../core/ledger/canonical.ts';
import { AGENT_ID } from '../support/api-event.ts';
import { givenApproved, sealedEnvelope } from '../support/approved-action.ts';
import { actionRequest, givenGate } from '../support/gate.ts';

const PARAMS = { recipient: 'X9', amount: 12.5, subject: 'hello', date: '2026-11-20' };
const payment = (changes: Partial<ActionRequest> = {}) =>
  actionRequest({ type: 'payment.send', params: PARAMS, ...changes });

describe('the digest an approval is bound to', () => {
  it('differs wherever one text is cut into the fields, even when it looks like the framing around them', () => {
    const text = fc.array(fc.constantFrom('a', '"', ',', ':', '":"', '","type":"', '\\', '|', '\n', '{', '}'), {
      minLength: 1,
      maxLength: 12,
    });
    const cuts = fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12), fc.nat(12));
    fc.assert(
      fc.property(text, cuts, cuts, (pieces, one, other) => {
        const fieldsAt = (at: readonly number[]) => {
          const [a = 0, b = 0, c = 0, d = 0] = [...at].sort((left, right) => left - right);
          return [pieces.slice(0, a), pieces.slice(a, b), pieces.slice(b, c), pieces.slice(c, d), pieces.slice(d)].map(
            (part) => part.join(''),
          );
        };
        const digestOf = ([agentId = '', type = '', value = '', resource = '', sessionId = '']: readonly string[]) =>
          actionDigest(agentId, { type, params: { value }, resource, sessionId, idempotencyKey: '' });
        fc.pre(canonicalJson(fieldsAt(one)) !== canonicalJson(fieldsAt(other)));
        expect(digestOf(fieldsAt(one))).not.toBe(digestOf(fieldsAt(other)));
      }),
      { numRuns: 500 },
    );
  });

  it('differs when text moves from the end of one field to the start of the next', () => {
    const digests = ['', 'p', 'pa', 'pay'].map((head) =>
      actionDigest(`agent${head}`, payment({ type: 'pay'.slice(head.length), idempotencyKey: '' })),
    );
    expect(new Set(digests).size).toBe(4);
  });

  it('differs when one character changes behind the first 64 KiB', () => {
    const long = 'x'.repeat(200_000);
    const digestOf = (subject: string) => actionDigest(AGENT_ID, payment({ params: { ...PARAMS, subject } }));
    expect(digestOf(`${long}a`)).not.toBe(digestOf(`${long}b`));
  });

  it('does not depend on the key of the request, which names the attempt and not the act', () => {
    expect(actionDigest(AGENT_ID, payment())).toBe(actionDigest(AGENT_ID, payment()));
  });
});

describe('an envelope', () => {
  it.each<[string, Partial<ActionRequest>]>([
    ['recipient', { params: { ...PARAMS, recipient: 'X8' } }],
    ['amount', { params: { ...PARAMS, amount: 12.51 } }],
    ['subject', { params: { ...PARAMS, subject: 'hello ' } }],
    ['date', { params: { ...PARAMS, date: '2026-11-21' } }],
    ['account', { resource: 'account/A2' }],
    ['session', { sessionId: 'session-2' }],
  ])('made for one payment does not fit another when only the %s differs', async (_what, changes) => {
    const gate = givenGate();
    const approved = await givenApproved(gate, payment());
    const other = await givenApproved(gate, payment(changes));
    const moved = sealedEnvelope(gate, other, { actionDigest: approved.digest });
    expect(await redeemAction(gate, AGENT_ID, other.actionId, [moved])).toMatchObject({
      ok: false,
      problem: { code: 'envelope_digest_mismatch' },
    });
    const own = sealedEnvelope(gate, other);
    expect(await redeemAction(gate, AGENT_ID, other.actionId, [own])).toMatchObject({ ok: true });
  });

  it('binds every parameter of every action type, not only those of payments', () => {
    const gate = givenGate();
    for (const [type, entry] of gate.bundle.catalogue) {
      for (const name of entry.params.properties.keys()) {
        const digestOf = (params: JsonObject) => actionDigest(AGENT_ID, payment({ type, params }));
        expect(digestOf({ [name]: 'a' })).not.toBe(digestOf({ [name]: 'b' }));
      }
    }
  });
});
