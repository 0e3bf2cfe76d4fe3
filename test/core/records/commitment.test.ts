import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitmentOf, openCommitment, openingBytes } from '../../../core/records/commitment.ts';

const SALT = '00'.repeat(31);
const OPENING = { salt: `${SALT}01`, details: { resource: 'account/A1', params: { amount: 4.5 } } };
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('commitment', () => {
  it('is the documented hash when it is computed by hand', () => {
    expect(commitmentOf(OPENING)).toBe('01415861b898c31166bf92d384d9a9b5acd6b4e368b90e648be79580dae23058');
  });

  it('opens to the details when the bytes are those that were committed to', () => {
    expect(openCommitment(openingBytes(OPENING), commitmentOf(OPENING))).toEqual({ ok: true, value: OPENING.details });
  });

  it('does not depend on the order of members', () => {
    const details = { params: { amount: 4.5 }, resource: 'account/A1' };
    expect(commitmentOf({ ...OPENING, details })).toBe(commitmentOf(OPENING));
  });

  it('differs when salt or details do', () => {
    const others = [
      { ...OPENING, salt: `${SALT}02` },
      { ...OPENING, details: { resource: 'account/A2', params: { amount: 4.5 } } },
    ];
    for (const other of others) {
      expect(openCommitment(openingBytes(other), commitmentOf(OPENING))).toEqual({
        ok: false,
        problem: { code: 'commitment_differs' },
      });
    }
  });

  it.each(['', '{', '[]', '{"salt":"00","details":{}}', `{"salt":"${SALT}01","details":[]}`, `{"salt":"${SALT}01"}`])(
    'is refused as malformed when the bytes are `%s`',
    (text) => {
      expect(openCommitment(bytesOf(text), '')).toEqual({ ok: false, problem: { code: 'opening_malformed' } });
    },
  );

  it('never throws and opens only the committed bytes when any bytes are given', () => {
    const commitment = commitmentOf(OPENING);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(openCommitment(bytes, commitment).ok).toBe(false);
      }),
    );
  });
});
