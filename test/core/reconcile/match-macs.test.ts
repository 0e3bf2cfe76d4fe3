import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SealedMac } from '../../../core/reconcile/facts.ts';
import type { MacCall } from '../../../core/reconcile/match-macs.ts';
import { matchMacs } from '../../../core/reconcile/match-macs.ts';
import { FROM_MS, TO_MS, WINDOW } from './chain-world.ts';

const call = (requestId: string, timeMs = FROM_MS, by: MacCall['by'] = 'sealer'): MacCall => ({
  requestId,
  timeMs,
  by,
});
const sealed = (requestId: string | undefined, timeMs = FROM_MS + 1, envelopeId = `env-${requestId}`): SealedMac => ({
  chain: 'agent/a',
  seq: 1,
  timeMs,
  envelopeId,
  requestId,
});
const codes = (envelopes: readonly SealedMac[], calls: readonly MacCall[]) =>
  matchMacs(WINDOW, envelopes, calls).findings.map(({ code, requestId }) => `${code} ${requestId ?? '-'}`);

describe('matchMacs', () => {
  it('finds nothing when every call has its envelope and every envelope its call', () => {
    const matched = matchMacs(WINDOW, [sealed('r1'), sealed('r2')], [call('r2'), call('r1')]);
    expect(matched).toEqual({ sealed: 2, calls: 2, findings: [] });
  });

  it('lists a mac that was made and never recorded with its time and request, forged or left by a crash', () => {
    expect(matchMacs(WINDOW, [sealed('r2')], [call('r1', FROM_MS + 5_000), call('r2')]).findings).toEqual([
      {
        code: 'unexplained_mac',
        requestId: 'r1',
        time: '2026-11-20T00:00:05.000Z',
        expected: 'a sealed envelope that names the request',
        got: 'none, called by the sealer',
      },
    ]);
  });

  it('says so when somebody else than the sealer made it', () => {
    expect(matchMacs(WINDOW, [], [call('r1', FROM_MS, 'other')]).findings[0]?.got).toBe(
      'none, called by another principal',
    );
  });

  it('lists an envelope whose call nobody recorded, or that names none', () => {
    expect(codes([sealed('r1'), sealed(undefined)], [])).toEqual(['mac_call_missing r1', 'mac_call_missing -']);
  });

  it('lists an envelope that names the mac of another one', () => {
    expect(codes([sealed('r1'), sealed('r1', FROM_MS + 2, 'copy')], [call('r1')])).toEqual(['mac_named_twice r1']);
  });

  it('counts a call once when its record was delivered twice', () => {
    expect(matchMacs(WINDOW, [sealed('r1')], [call('r1'), call('r1')])).toMatchObject({ calls: 1, findings: [] });
  });

  it('matches over both edges of the window and counts what is inside', () => {
    const before = [sealed('r1', FROM_MS + 500), call('r1', FROM_MS - 1_000)] as const;
    const after = [sealed('r2', TO_MS + 500), call('r2', TO_MS - 1_000)] as const;
    expect(matchMacs(WINDOW, [before[0], after[0]], [before[1], after[1]])).toEqual({
      sealed: 1,
      calls: 1,
      findings: [],
    });
  });

  it('leaves what lies outside the window to other runs', () => {
    expect(codes([sealed('r1', TO_MS)], [call('r2', TO_MS), call('r3', FROM_MS - 1)])).toEqual([]);
  });

  it('names exactly the calls and envelopes that have no counterpart', () => {
    const ids = fc.uniqueArray(
      fc.integer({ min: 0, max: 40 }).map((id) => `r${id}`),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(ids, ids, (made, named) => {
        const found = codes(
          named.map((id) => sealed(id)),
          made.map((id) => call(id)),
        );
        const expected = [
          ...named.filter((id) => !made.includes(id)).map((id) => `mac_call_missing ${id}`),
          ...made.filter((id) => !named.includes(id)).map((id) => `unexplained_mac ${id}`),
        ];
        expect([...found].sort()).toEqual(expected.sort());
      }),
    );
  });
});
