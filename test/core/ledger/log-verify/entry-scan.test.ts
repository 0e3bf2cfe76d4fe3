import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryScan } from '../../../../core/ledger/log-verify/entry-scan.ts';
import { HASH_BYTES, hex } from '../../../../core/ledger/log-verify/fast-hash.ts';
import { parseEntry } from '../../../../core/ledger/statement.ts';
import { honest } from './changed-log.ts';

const BEFORE = 3;
const entries = honest.events.map(({ entry }) => entry);

/** What a scan reads of an entry that stands between other bytes; undefined when it leaves it to the parser. */
function scanned(entry: Uint8Array, how: 'scan' | 'scanPlace') {
  const bytes = Buffer.concat([Buffer.alloc(BEFORE, 0x7d), entry, Buffer.from('"}]}')]);
  const scan = new EntryScan(bytes);
  if (!scan[how](BEFORE, BEFORE + entry.length)) return undefined;
  const prev = new Uint8Array(HASH_BYTES);
  scan.writePrev(prev, 0);
  return { chain: scan.chain, seq: scan.seq, timeMs: scan.timeMs, type: scan.type, prev: hex(prev) };
}

function parsed(entry: Uint8Array) {
  const result = parseEntry(entry);
  if (!result.ok) return undefined;
  const { chain, seq, timeMs, type, prev } = result.value.event;
  return { chain, seq, timeMs, type, prev };
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const damage = fc.record({
  entry: fc.constantFrom(...entries),
  other: fc.constantFrom(...entries),
  at: place,
  length: fc.integer({ min: 0, max: 12 }),
  from: place,
  inserted: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom('"', '"}', ',', '0', '\\"', '"seq":1,', '"prev":"', '"}]}', '{').map((text) => Buffer.from(text)),
  ),
});

/** An entry with a stretch replaced by a few bytes, or by a stretch of another entry. */
const damaged = damage.map(({ entry, other, at, length, from, inserted }) => {
  const start = Math.floor(at * entry.length);
  const otherStart = Math.floor(from * other.length);
  const instead = from < 0.5 ? inserted : other.subarray(otherStart, otherStart + length);
  return Buffer.concat([entry.subarray(0, start), instead, entry.subarray(start + length)]);
});

describe('the scan of an entry', () => {
  it('reads what the parser reads, of entries as they are written', () => {
    for (const how of ['scan', 'scanPlace'] as const) {
      const read = entries.filter((entry) => scanned(entry, how) !== undefined);
      // What is not plain ASCII is left to the parser.
      expect(read.length).toBeGreaterThan(entries.length / 2);
      for (const entry of read) expect(scanned(entry, how)).toEqual(parsed(entry));
    }
  });

  it('takes nothing that the parser refuses, and nothing for another thing, when bytes were changed', () => {
    fc.assert(
      fc.property(damaged, (entry) => {
        const found = scanned(entry, 'scan');
        if (found !== undefined) expect(found).toEqual(parsed(entry));
      }),
      { numRuns: 5_000 },
    );
  });

  it('finds an event’s place as the parser does whenever the parser takes the entry', () => {
    fc.assert(
      fc.property(damaged, (entry) => {
        const [found, strict] = [scanned(entry, 'scanPlace'), parsed(entry)];
        if (found !== undefined && strict !== undefined) expect(found).toEqual(strict);
      }),
      { numRuns: 5_000 },
    );
  });
});
