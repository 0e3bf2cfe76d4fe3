import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentChain, chainEvent, emptyChain } from '../../../core/ledger/event.ts';
import { leafHash } from '../../../core/ledger/hash.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import { entryBytes, eventHash, parseEntry, predicateOf, statementSubject } from '../../../core/ledger/statement.ts';

const CHAIN = agentChain('111122223333:countersign-agent-payments');
const DIGEST = 'a'.repeat(64);

function event(data: { readonly [name: string]: string }) {
  const draft = { type: 'action.decided', frameworkRefs: ['AIR-OP-018'], data } as const;
  return chainEvent(CHAIN, emptyChain(CHAIN), draft, '01JD3Q0000000000000000000A', Date.UTC(2026, 10, 20, 9));
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

describe('statementSubject', () => {
  it('names the action when the event says which one by id and digest', () => {
    const subject = statementSubject({ chain: CHAIN, prev: 'p', data: { actionId: 'act_1', actionDigest: DIGEST } });
    expect(subject).toEqual({ name: 'act_1', sha256: DIGEST });
  });

  it.each([
    { actionId: 'act_1' },
    { actionDigest: DIGEST },
    { actionId: 'act_1', actionDigest: DIGEST.toUpperCase() },
    { actionId: 1, actionDigest: DIGEST },
  ])('names the place in the chain when the event says %j', (data) => {
    expect(statementSubject({ chain: CHAIN, prev: 'p', data })).toEqual({ name: CHAIN, sha256: 'p' });
  });
});

describe('parseEntry', () => {
  it('gives back the event and its bytes, whose hash is the leaf hash, when the entry is one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (actionId, note) => {
        fc.pre(actionId.isWellFormed() && note.isWellFormed());
        const { entry, bytes: eventBytes, hash } = event({ actionId, actionDigest: DIGEST, note });
        const parsed = parseEntry(entry);
        expect(parsed.ok && text(parsed.value.eventBytes)).toBe(text(eventBytes));
        expect(parsed.ok && eventHash(parsed.value.eventBytes, statementSubject(parsed.value.event))).toBe(hash);
        expect(leafHash(entry)).toBe(hash);
        expect(text(ledgerRow(CHAIN, 0, eventBytes).entry)).toBe(text(entry));
      }),
    );
  });

  it('finds the event when its text holds the frame itself', () => {
    const { entry, bytes: eventBytes } = event({ note: text(event({}).entry) });
    expect(text(predicateOf(entry) ?? new Uint8Array())).toBe(text(eventBytes));
    expect(parseEntry(entry).ok).toBe(true);
  });

  const { entry, bytes: eventBytes } = event({ actionId: 'act_1', actionDigest: DIGEST });
  it.each([
    ['another statement type', text(entry).replace('Statement/v1', 'Statement/v2'), 'statement'],
    [
      'another predicate type',
      text(entry).replace('urn:countersign:event:v1', 'urn:countersign:event:v2'),
      'statement',
    ],
    ['another subject', text(entryBytes(eventBytes, { name: 'act_2', sha256: DIGEST })), 'statement'],
    ['another digest', text(entryBytes(eventBytes, { name: 'act_1', sha256: 'b'.repeat(64) })), 'statement'],
    ['a second subject', text(entry).replace(/\}\]\}$/, '},{}]}'), 'statement'],
    ['white space after it', `${text(entry)} `, 'statement'],
    ['no frame', text(eventBytes), 'statement'],
    ['nothing', '', 'statement'],
    ['an event out of order', text(entry).replace('"chain"', '"zchain"'), 'canonical_form'],
    ['an event with a space', text(entry).replace('"seq":0', '"seq": 0'), 'canonical_form'],
  ])('refuses %s', (_name, altered, check) => {
    expect(parseEntry(bytes(altered))).toMatchObject({ ok: false, problem: { check } });
  });
});
