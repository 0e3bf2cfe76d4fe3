import { describe, expect, it } from 'vitest';
import { decided, settled } from '../../../../attacks/log/chain-writer.ts';
import { agentChain } from '../../../../core/ledger/event.ts';
import { LOG_CHECK_NAMES } from '../../../../core/ledger/log-verify/check.ts';
import { failed, honest, lastEvent, lastOf, nextEvent, verifyGrown } from './changed-log.ts';

const AGENT = honest.events.find(({ chain }) => chain.startsWith('agent/'))?.chain.slice('agent/'.length) ?? '';
const CHAIN = agentChain(AGENT);
const DAY = new Date(lastEvent.timeMs).toISOString().slice(0, 10);
/** Where the first added entry is. */
const INDEX = honest.events.length;

const entryOf = (text: string) => ({ entry: Buffer.from(text), timeMs: lastEvent.timeMs });
const textOf = (entry: Uint8Array) => new TextDecoder().decode(entry);

describe('a log that grew as it should', () => {
  it('passes every check when it goes on with an event of each kind', async () => {
    const held = nextEvent(CHAIN, decided(AGENT, 'act_last', 900, DAY));
    const paid = nextEvent(CHAIN, settled(AGENT, 'act_last', 900, 400), {
      nextSeq: held.seq + 1,
      prevHash: held.hash,
      lastTimeMs: held.timeMs,
    });
    const report = await verifyGrown([held, paid, nextEvent('control')]);
    expect(report.findings).toEqual([]);
    expect(LOG_CHECK_NAMES.filter((check) => report.checks[check].status !== 'passed')).toEqual([]);
  });
});

describe('C8', () => {
  it.each([
    [
      'its form is not canonical',
      (text: string) => text.replace('"frameworkRefs":[', '"frameworkRefs": ['),
      'canonical_form',
    ],
    [
      'the form of the statement around it is not',
      (text: string) => text.replace('{"_type"', '{ "_type"'),
      'statement',
    ],
    ['a member is there twice', (text: string) => text.replace('"data":{', '"data":{"reason":"x",'), 'canonical_form'],
  ])('fails at the entry when %s', async (_, change, code) => {
    const event = nextEvent('control');
    const report = await verifyGrown([entryOf(change(textOf(event.entry)))], { heads: new Map() });
    expect(failed(report)['C8']).toEqual({ code, index: INDEX });
  });

  it('fails at the entry when it is no event, or one of an unknown type', async () => {
    const unknown = textOf(nextEvent('control').entry).replace('action.cancelled', 'action.invented');
    for (const text of ['hello', '{}', unknown]) {
      const report = await verifyGrown([entryOf(text)]);
      expect(failed(report), text).toMatchObject({ C8: { index: INDEX } });
      expect(report.ok).toBe(false);
    }
  });
});

describe('C9', () => {
  it('fails alone, at the second entry with the id, when chains share an id', async () => {
    const report = await verifyGrown([nextEvent('control', {}, { id: honest.events[17]?.id ?? '' })]);
    expect(failed(report)).toEqual({ C9: { code: 'id_repeated', index: INDEX } });
  });
});

describe('C10', () => {
  it('fails alone when a number is left out', async () => {
    const report = await verifyGrown([nextEvent('control', {}, { nextSeq: lastOf('control').seq + 2 })]);
    expect(failed(report)).toEqual({ C10: { code: 'seq_gap', index: INDEX } });
  });

  it('fails when a number comes again, and when two events follow the same one', async () => {
    const { seq } = lastOf('control');
    const repeated = await verifyGrown([nextEvent('control', {}, { nextSeq: seq })], { heads: new Map() });
    expect(failed(repeated)['C10']).toEqual({ code: 'seq_repeated', index: INDEX });
    const forked = await verifyGrown([nextEvent('control'), nextEvent('control')]);
    expect(failed(forked)).toMatchObject({
      C10: { code: 'seq_repeated', index: INDEX + 1 },
      C11: { code: 'prev', index: INDEX + 1 },
    });
  });
});

describe('C11', () => {
  it('fails alone when an event names another hash than that of the one before', async () => {
    const report = await verifyGrown([nextEvent('control', {}, { prevHash: lastOf(CHAIN).hash })]);
    expect(failed(report)).toEqual({ C11: { code: 'prev', index: INDEX } });
  });

  it.each(['links', 'canonical'] as const)('and C10 fail at depth %s when events go on elsewhere', async (depth) => {
    const unlinked = nextEvent(CHAIN, {}, { prevHash: 'ab'.repeat(32) });
    const [nextSeq, prevHash, lastTimeMs] = [unlinked.seq + 2, unlinked.hash, unlinked.timeMs];
    const report = await verifyGrown([unlinked, nextEvent(CHAIN, {}, { nextSeq, prevHash, lastTimeMs })], { depth });
    expect(failed(report)).toEqual({ C11: { code: 'prev', index: INDEX }, C10: { code: 'seq_gap', index: INDEX + 1 } });
  });

  it('fails alone when a chain begins with the beginning of another', async () => {
    const report = await verifyGrown([nextEvent(agentChain('new'), {}, { prevHash: '00'.repeat(32) })]);
    expect(failed(report)).toEqual({ C11: { code: 'genesis', index: INDEX } });
  });
});

describe('C12', () => {
  it.each([
    ['more is settled and given back than was held', settled(AGENT, 'act_new', 950, 500), 'settlement_differs'],
    ['another action is settled than the one that holds', settled(AGENT, 'act_other', 900, 500), 'hold_unknown'],
    ['the same action holds twice', decided(AGENT, 'act_new', 900, DAY), 'hold_repeated'],
    ['a member is missing', { ...decided(AGENT, 'act_3', 900, DAY), data: { budget: {} } }, 'budget_unreadable'],
  ])('fails alone, at the entry, when %s', async (_, draft, code) => {
    const held = nextEvent(CHAIN, decided(AGENT, 'act_new', 900, DAY));
    const place = { nextSeq: held.seq + 1, prevHash: held.hash, lastTimeMs: held.timeMs };
    const report = await verifyGrown([held, nextEvent(CHAIN, draft, place)]);
    expect(failed(report)).toEqual({ C12: { code, index: INDEX + 1 } });
  });
});

describe('C13', () => {
  it('fails when time runs backwards in a chain', async () => {
    const timeMs = lastOf('control').timeMs - 1;
    const report = await verifyGrown([nextEvent('control', {}, { lastTimeMs: 0, timeMs })]);
    expect(failed(report)['C13']).toEqual({ code: 'time_backwards', index: INDEX });
  });

  it('fails alone when an event of an idle chain is backdated beyond the merge delay', async () => {
    const timeMs = lastEvent.timeMs - 3_600_000;
    const report = await verifyGrown([nextEvent(agentChain('idle'), {}, { timeMs }), nextEvent('control')]);
    expect(failed(report)).toEqual({ C13: { code: 'before_checkpoint', index: INDEX } });
  });

  it('fails alone when an event is later than the checkpoint that covers it', async () => {
    const late = nextEvent(agentChain('early-bird'), {}, { timeMs: lastEvent.timeMs + 60_000 });
    const report = await verifyGrown([late, { ...nextEvent('control'), timeMs: lastEvent.timeMs + 1_000 }], {
      nowMs: lastEvent.timeMs + 5_000,
    });
    expect(failed(report)).toEqual({ C13: { code: 'after_checkpoint', index: INDEX } });
  });
});
