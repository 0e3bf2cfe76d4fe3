import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import type { ChainedEvent, ChainPosition } from '../../../core/ledger/event.ts';
import { CONTROL_CHAIN, chainEvent, emptyChain } from '../../../core/ledger/event.ts';
import { sha256Hex } from '../../../core/ledger/hash.ts';
import { verifyArchive } from '../../../core/ledger/verify.ts';
import {
  AGENT_CHAIN,
  archiveOf,
  freshId,
  headsOf,
  LOG_START_MS,
  plainChain,
  sampleChain,
  sourceOf,
} from './sample-log.ts';

const FIRST = 'events/dt=2026-11-20/control/0000000000000000.jsonl';
const SECOND = 'events/dt=2026-11-21/control/0000000000000002.jsonl';
const DRAFT = { type: 'action.decided', frameworkRefs: ['AIR-SEC-024'], data: {} } as const;

const encode = (text: string) => new TextEncoder().encode(text);

function linesAt(objects: ReadonlyMap<string, Uint8Array>, key: string): string[] {
  return new TextDecoder().decode(objects.get(key)).split('\n').slice(0, -1);
}

function withLines(objects: ReadonlyMap<string, Uint8Array>, key: string, lines: readonly string[]) {
  return new Map(objects).set(key, encode(lines.map((line) => `${line}\n`).join('')));
}

async function firstFailure(objects: ReadonlyMap<string, Uint8Array>, chains: readonly ChainedEvent[][] = []) {
  const report = await verifyArchive(sourceOf(objects), { heads: headsOf(chains) });
  expect(report.ok).toBe(report.failures.length === 0);
  return report.failures[0];
}

/** A one-object archive whose events were chained honestly but broke a rule on the way. */
function forged(
  positions: readonly Partial<ChainPosition>[],
  ids: readonly string[],
  stepMs = 1,
): Map<string, Uint8Array> {
  const start = Date.UTC(2026, 10, 20, 9);
  let position = emptyChain(CONTROL_CHAIN);
  const lines = ids.map((id, index) => {
    const event = chainEvent(CONTROL_CHAIN, { ...position, ...positions[index] }, DRAFT, id, start + index * stepMs);
    position = { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: 0 };
    return new TextDecoder().decode(event.bytes);
  });
  return withLines(new Map(), FIRST, lines);
}

describe('verifyArchive', () => {
  const control = plainChain(CONTROL_CHAIN, 5);
  const agent = plainChain(AGENT_CHAIN, 4);
  const objects = archiveOf([control, agent]);

  test('passes an honest archive and says what it read, checked and did not check', async () => {
    const report = await verifyArchive(sourceOf(objects), { heads: headsOf([control, agent]) });
    expect(report).toMatchObject({ ok: true, failures: [], objects: 4, events: 9, bundles: 0 });
    expect(report.chains.map(({ chain, head }) => [chain, head.nextSeq])).toEqual([
      [AGENT_CHAIN, 4],
      [CONTROL_CHAIN, 5],
    ]);
    expect(report.chains[1]).toMatchObject({
      firstTime: new Date(LOG_START_MS).toISOString(),
      lastTime: '2026-11-21T00:00:02.000Z',
    });
    expect(report.checksDone).toContain('chain_head');
    expect(report.checksDone).not.toContain('envelope_signature');
    expect(report.notChecked).toContain('signatures on approval envelopes: no public key was supplied');
  });

  test('says that tails are not covered when no heads are supplied', async () => {
    const report = await verifyArchive(sourceOf(objects));
    expect(report.checksDone).not.toContain('chain_head');
    expect(report.notChecked[0]).toBe('the last event of every chain, and a cut tail: no heads were supplied');
  });

  test('names the record, object and byte offset when an event was edited', async () => {
    const [first = '', second = ''] = linesAt(objects, FIRST);
    const edited = withLines(objects, FIRST, [first.replace('act_0', 'act_9'), second]);
    expect(await firstFailure(edited)).toMatchObject({
      check: 'event_prev',
      chain: CONTROL_CHAIN,
      seq: 1,
      object: FIRST,
      byteOffset: encode(first).length + 1,
      orPrevious: { seq: 0, object: FIRST, byteOffset: 0 },
    });
  });

  test('fails chain_head when the last event was edited', async () => {
    const lines = linesAt(objects, SECOND).map((line) => line.replace('act_4', 'act_9'));
    expect(await firstFailure(withLines(objects, SECOND, lines), [control])).toMatchObject({
      check: 'chain_head',
      seq: 4,
    });
  });

  test('fails chain_head when the tail was cut at a segment border', async () => {
    const cut = new Map(objects);
    cut.delete(SECOND);
    const failure = await firstFailure(cut, [control]);
    expect(failure).toMatchObject({ check: 'chain_head', expected: '5 events', got: '2' });
  });

  test('fails chain_head when a whole chain is gone', async () => {
    expect(await firstFailure(archiveOf([agent]), [control])).toMatchObject({
      check: 'chain_head',
      got: 'no such chain',
    });
  });

  test('passes a head from the past when the chain has grown since', async () => {
    expect(await firstFailure(objects, [control.slice(0, 2)])).toBeUndefined();
  });

  test('fails segment_missing when a segment in the middle is gone', async () => {
    const cut = new Map(objects);
    cut.delete(FIRST);
    expect(await firstFailure(cut)).toMatchObject({ check: 'segment_missing', object: SECOND });
  });

  test('fails segment_overlap when a second object claims archived numbers', async () => {
    const extra = new Map(objects).set(FIRST.replace('20/', '21/').replace('000.', '001.'), encode('x\n'));
    expect(await firstFailure(extra)).toMatchObject({ check: 'segment_overlap' });
  });

  test('fails line_framing when the last line has no line feed', async () => {
    const bytes = objects.get(SECOND) ?? new Uint8Array();
    const failure = await firstFailure(new Map(objects).set(SECOND, bytes.subarray(0, -1)));
    expect(failure).toMatchObject({ check: 'line_framing', seq: 4 });
  });

  test('fails line_framing when an object is empty', async () => {
    expect(await firstFailure(new Map(objects).set(SECOND, encode('')))).toMatchObject({ check: 'line_framing' });
  });

  test('fails line_framing without reading on when a line never ends', async () => {
    const endless = new Map(objects).set(SECOND, new Uint8Array(3_000_000).fill(0x61));
    const report = await verifyArchive(sourceOf(endless, 65_536));
    expect(report.failures).toMatchObject([{ check: 'line_framing', object: SECOND, byteOffset: 0 }]);
  });

  test('fails event_chain when an object was moved to another chain’s folder', async () => {
    const moved = new Map([[FIRST.replace('control', 'other'), objects.get(FIRST) ?? new Uint8Array()]]);
    expect(await firstFailure(moved)).toMatchObject({ check: 'event_chain', expected: 'other', got: CONTROL_CHAIN });
  });

  test('fails event_date when an object was moved to another date', async () => {
    const moved = new Map([[FIRST.replace('20/', '19/'), objects.get(FIRST) ?? new Uint8Array()]]);
    expect(await firstFailure(moved)).toMatchObject({ check: 'event_date', seq: 0 });
  });

  test.each([
    ['event_seq', forged([{}, { nextSeq: 5 }], [freshId(), freshId()])],
    ['genesis', forged([{ prevHash: sha256Hex('other') }], [freshId()])],
    ['event_id', forged([], ['01TESTZZZZZZZZZZZZZZZZZZZZ', '01TESTZZZZZZZZZZZZZZZZZZZZ'])],
    ['event_time', forged([], [freshId(), freshId()], -1)],
  ])('fails %s when the chain breaks that rule', async (check, archive) => {
    expect(await firstFailure(archive)).toMatchObject({ check });
  });

  test('fails event_id when another chain already used the id', async () => {
    const id = new TextDecoder().decode(agent[0]?.bytes).match(/"id":"(\w+)"/)?.[1] ?? '';
    const both = new Map([...forged([], [id]), ...archiveOf([agent])]);
    expect(await firstFailure(both)).toMatchObject({ check: 'event_id', chain: CONTROL_CHAIN });
  });

  test('goes on with the other chains when one has failed', async () => {
    const cut = new Map(objects);
    cut.delete(FIRST);
    const report = await verifyArchive(sourceOf(cut));
    expect(report.chains.map(({ chain }) => chain)).toEqual([AGENT_CHAIN]);
    expect(report.failures.length).toBe(1);
  });

  test('fails object_name when the archive holds anything else', async () => {
    const failure = await firstFailure(new Map(objects).set('events/readme.txt', encode('hello')));
    expect(failure).toMatchObject({ check: 'object_name', object: 'events/readme.txt' });
  });

  test('counts a bundle under its own hash and fails bundle_hash under another', async () => {
    const good = new Map([...objects, [`bundles/${sha256Hex('{}')}.json`, encode('{}')]]);
    expect(await verifyArchive(sourceOf(good))).toMatchObject({ ok: true, bundles: 1 });
    const bad = new Map([...objects, [`bundles/${sha256Hex('{}')}.json`, encode('{ }')]]);
    expect(await firstFailure(bad)).toMatchObject({ check: 'bundle_hash', got: sha256Hex('{ }') });
  });
});

describe('verifyArchive with an envelope key', () => {
  const payload = Buffer.from('payload').toString('base64url');
  const good = { envelopeId: 'e1', payload, signature: Buffer.from('good').toString('base64url') };
  const checkSignature = (bytes: Uint8Array, signature: Uint8Array) =>
    Buffer.from(bytes).toString() === 'payload' && Buffer.from(signature).toString() === 'good';
  const sealed = (envelopes: readonly JsonObject[]) =>
    archiveOf([sampleChain(CONTROL_CHAIN, [{ type: 'approval.sealed', data: { actionId: 'a', envelopes } }])]);

  test('counts the envelopes whose signatures match', async () => {
    const report = await verifyArchive(sourceOf(sealed([good, good])), { checkSignature });
    expect(report).toMatchObject({ ok: true, envelopes: 2 });
  });

  test.each([
    ['another signature', { ...good, envelopeId: 'e2', signature: 'YmFk' }, 'e2'],
    ['a payload without a signature', { envelopeId: 'e5', payload }, 'e5'],
    ['no id', { payload, signature: 'YmFk' }, 'an envelope without an id'],
    ['no base64url', { ...good, envelopeId: 'e3', payload: '*' }, 'e3'],
  ])('fails envelope_signature when an envelope has %s', async (_, bad, id) => {
    const report = await verifyArchive(sourceOf(sealed([good, bad])), { checkSignature });
    expect(report.failures).toMatchObject([{ check: 'envelope_signature', seq: 0, got: id }]);
  });

  test('says how many envelopes it could not check when events only name them', async () => {
    const report = await verifyArchive(sourceOf(sealed([good, { envelopeId: 'e4' }])), { checkSignature });
    expect(report).toMatchObject({ ok: true, envelopes: 1 });
    expect(report.notChecked).toContain('signatures of 1 envelopes that events only name');
  });

  test('fails envelope_signature when a sealed event lists none', async () => {
    const objects = archiveOf([sampleChain(CONTROL_CHAIN, [{ type: 'approval.sealed', data: { actionId: 'a' } }])]);
    const report = await verifyArchive(sourceOf(objects), { checkSignature });
    expect(report.failures).toMatchObject([{ check: 'envelope_signature' }]);
  });
});
