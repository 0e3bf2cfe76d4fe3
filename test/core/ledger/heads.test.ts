import { describe, expect, test } from 'vitest';
import { formatHeads, parseHeads } from '../../../core/ledger/heads.ts';
import { AGENT_CHAIN, headsOf, plainChain } from './sample-log.ts';

const HASH = 'a'.repeat(64);

describe('heads files', () => {
  test('reads back what it wrote, chains sorted', () => {
    const heads = headsOf([plainChain('control', 2), plainChain(AGENT_CHAIN, 1)]);
    const text = formatHeads(heads);
    expect(parseHeads(text)).toEqual({ ok: true, value: heads });
    expect(text.indexOf(AGENT_CHAIN)).toBeLessThan(text.indexOf('control'));
  });

  test.each([
    ['{', 'expected a JSON heads file'],
    ['{"v":"2","heads":{}}', 'expected a heads file of version `1`'],
    ['{"v":"1"}', 'expected a heads file of version `1`'],
    [`{"v":"1","heads":{"c":{"nextSeq":-1,"hash":"${HASH}"}}}`, 'expected a count of events for `c`'],
    ['{"v":"1","heads":{"c":{"nextSeq":1,"hash":"x"}}}', 'expected a hash for `c`'],
    ['{"v":"1","heads":{"c":1}}', 'expected a count of events for `c`'],
  ])('refuses %s', (text, problem) => {
    expect(parseHeads(text)).toEqual({ ok: false, problem });
  });
});
