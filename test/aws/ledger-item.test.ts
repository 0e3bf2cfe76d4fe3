import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAttributes } from '../../aws/attribute-values.ts';
import { ledgerItemBytes, packLedgerItem } from '../../aws/ledger-item.ts';

describe('a ledger item', () => {
  it('gives the exact bytes back whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        expect([...ledgerItemBytes(toAttributes(packLedgerItem({ bytes })))]).toEqual([...bytes]);
      }),
    );
  });

  it('is corrupt when it has no bytes, damaged ones, or more than an item can hold', () => {
    const bomb = packLedgerItem({ bytes: new Uint8Array(1_000_000) });
    for (const item of [{}, { deflated: { B: Uint8Array.of(1, 2, 3) } }, toAttributes(bomb)]) {
      expect(() => ledgerItemBytes(item)).toThrow(expect.objectContaining({ code: 'corrupt_state' }));
    }
  });
});
