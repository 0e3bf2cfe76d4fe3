import { describe, expect, it } from 'vitest';
import type { AgentStop, StopAll } from '../../../core/risk/stops.ts';
import { decodeAgentStop, decodeStopAll, encodeAgentStop, encodeStopAll, vetoOf } from '../../../core/risk/stops.ts';
import { CorruptState } from '../../../core/state/stored.ts';

const CLAIM = { reason: 'anomaly', byPseudonym: 'p1_a', bySubject: 'anna', atMs: 5 };
const STOP_ALL: StopAll = {
  version: 4,
  veto: vetoOf([CLAIM, { ...CLAIM, reason: 'other' }]),
  riskLevel: 3,
  riskSetBySubject: 'ben',
  stampedVersion: 2,
  repeats: 1,
};
const AGENT_STOP: AgentStop = {
  version: 2,
  halted: true,
  reason: 'loop',
  byPseudonym: 'p1_a',
  bySubject: 'anna',
  atMs: 9,
  stampedVersion: 2,
  repeats: 0,
};

describe('decodeStopAll', () => {
  it('reads back what was written', () => {
    expect(decodeStopAll(encodeStopAll(STOP_ALL))).toEqual(STOP_ALL);
  });

  it('means no veto and NORMAL when nothing is stored', () => {
    expect(decodeStopAll(undefined)).toEqual({ version: 0, veto: null, riskLevel: 1 });
  });

  it.each([
    ['an empty item', {}],
    ['level 0', { ...encodeStopAll(STOP_ALL), riskLevel: 0 }],
    ['level 6', { ...encodeStopAll(STOP_ALL), riskLevel: 6 }],
    ['a level by name', { ...encodeStopAll(STOP_ALL), riskLevel: 'NORMAL' }],
    ['no level', { ...encodeStopAll(STOP_ALL), riskLevel: null }],
    ['claims of another shape', { ...encodeStopAll(STOP_ALL), claims: [['anomaly']] }],
    ['no claims list', { ...encodeStopAll(STOP_ALL), claims: false }],
    ['no version', { ...encodeStopAll(STOP_ALL), version: '4' }],
  ])('throws on %s instead of meaning NORMAL', (_, item) => {
    expect(() => decodeStopAll(item)).toThrow(CorruptState);
  });
});

describe('decodeAgentStop', () => {
  it('reads back what was written', () => {
    expect(decodeAgentStop(encodeAgentStop(AGENT_STOP))).toEqual(AGENT_STOP);
  });

  it('means never halted when nothing is stored', () => {
    expect(decodeAgentStop(undefined)).toMatchObject({ version: 0, halted: false });
  });

  it.each([
    ['an empty item', {}],
    ['a halt that is no boolean', { ...encodeAgentStop(AGENT_STOP), halted: 0 }],
    ['no version', { ...encodeAgentStop(AGENT_STOP), version: null }],
  ])('throws on %s instead of meaning not halted', (_, item) => {
    expect(() => decodeAgentStop(item)).toThrow(CorruptState);
  });
});

it('vetoOf names the first claim', () => {
  expect(vetoOf([])).toBeNull();
  expect(vetoOf([CLAIM, { ...CLAIM, reason: 'second' }])).toMatchObject({ reason: 'anomaly', atMs: 5 });
});
