import { describe, expect, it } from 'vitest';
import { eraseCommand } from '../../cli/erase.ts';
import { holdCommand } from '../../cli/hold.ts';
import { retentionCommand } from '../../cli/retention.ts';
import { APPROVED, gateIo } from './gate-io.ts';

const SUBJECT = `p1_${'0'.repeat(32)}`;
describe('erase', () => {
  it('asks for the months it names, redeems the approval and carries it out', async () => {
    const { io, out, sent } = gateIo({ ...APPROVED, 'POST /records/erasures': [200, { changed: true, seq: 7 }] });
    expect(await eraseCommand([SUBJECT, '--from', '2026-10', '--through', '2026-11'], io)).toBe(0);
    const months = { subject: SUBJECT, from: '2026-10', through: '2026-11' };
    expect(sent[0]?.body).toMatchObject({ type: 'records.erase', params: months, resource: `subject/${SUBJECT}` });
    expect(sent.at(-1)).toEqual({ route: 'POST /records/erasures', body: { actionId: 'act_1', ...months } });
    expect(out.join('')).toContain('destroyed, recorded as control #7');
  });

  it('counts back as many months as one erasure may name when none is named first', async () => {
    const { io, sent } = gateIo(APPROVED);
    await eraseCommand([SUBJECT, '--through', '2026-11'], io);
    expect(sent[0]?.body).toMatchObject({ params: { from: '2019-06', through: '2026-11' } });
  });

  it('ends with 3 and says which hold stands in the way', async () => {
    const refusal = { code: 'legal_hold', detail: 'a legal hold may cover the subject', hold: 'claim-7' };
    const { io, out } = gateIo({ ...APPROVED, 'POST /records/erasures': [409, refusal] });
    expect(await eraseCommand([SUBJECT, '--through', '2026-11', '--json'], io)).toBe(3);
    expect(JSON.parse(out.join(''))).toMatchObject({ code: 'legal_hold', hold: 'claim-7' });
  });

  it('ends while people have not answered when it is not to wait', async () => {
    const { io, sent } = gateIo({
      ...APPROVED,
      'GET /actions/act_1': [200, { actionId: 'act_1', status: 'pending_approval' }],
    });
    expect(await eraseCommand([SUBJECT, '--through', '2026-11', '--no-wait'], io)).not.toBe(0);
    expect(sent.map(({ route }) => route)).toEqual(['POST /actions', 'GET /actions/act_1']);
  });
});

describe('what is typed wrong', () => {
  it.each([
    [eraseCommand, []],
    [eraseCommand, [SUBJECT]],
    [eraseCommand, [SUBJECT, '--through', '2026-13']],
    [holdCommand, ['set', 'claim-7']],
    [holdCommand, ['set', '--reason', 'claim 7']],
    [holdCommand, ['lift', 'claim-7', '--reason', 'claim 7']],
    [retentionCommand, []],
    [retentionCommand, ['extend', 'decisions', '--reason', 'claim 7']],
    [retentionCommand, ['extend', 'decisions', '--days', '1.5', '--reason', 'claim 7']],
    [retentionCommand, ['extend', 'decisions', '--days', '4000']],
    [retentionCommand, ['shorten', 'decisions', '--days', '1', '--reason', 'claim 7']],
  ])('ends with 3 and the usage, and asks for nothing: %s %j', async (command, argv) => {
    const { io, sent } = gateIo({});
    expect(await command(argv, io)).toBe(3);
    expect(sent).toEqual([]);
  });
});

describe('retention extend', () => {
  it('says what the period is now, or that it would not be longer', async () => {
    const argv = ['extend', 'control', '--days', '3000', '--reason', 'claim 7'];
    const done = gateIo({ ...APPROVED, 'POST /records/retention': [200, { changed: true, seq: 8 }] });
    expect(await retentionCommand(argv, done.io)).toBe(0);
    expect(done.sent.at(-1)?.body).toEqual({
      actionId: 'act_1',
      recordClass: 'control',
      days: 3_000,
      reason: 'claim 7',
    });
    expect(done.out.join('')).toContain('control are kept 3000 days, recorded as control #8');
    const refusal = { code: 'retention_not_longer', detail: 'expected more days', days: 4_000 };
    const refused = gateIo({ ...APPROVED, 'POST /records/retention': [409, refusal] });
    expect(await retentionCommand(argv, refused.io)).toBe(3);
  });
});
