import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import { agentChain, CONTROL_CHAIN } from '../../../core/ledger/event.ts';
import { ledgerRow } from '../../../core/ledger/ledger-row.ts';
import type { HeldAction } from '../../../core/reconcile/match-actions.ts';
import type { MacCall } from '../../../core/reconcile/match-macs.ts';
import type { ReconcileDeps } from '../../../core/reconcile/ports.ts';
import { signedBytes } from '../../../core/reconcile/result.ts';
import { runReconciliation } from '../../../core/reconcile/run.ts';
import { recordedKeysWrite } from '../../../core/records/recorded-keys.ts';
import { changeAgent } from '../../../core/state/change-agent.ts';
import { changeControl } from '../../../core/state/change-control.ts';
import { CountingEntropy, NoPause, TEST_NOW_MS, TestClock } from '../../support/deps.ts';
import { ledgerEvents } from '../../support/ledger-events.ts';
import { MemoryStore } from '../../support/memory-store.ts';

const AGENT = '111122223333:countersign-agent-payments';
const REFS = ['AIR-DET-021'];
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rawPublicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);

const FIRST = [{ generation: 1, standing: 'active', keyId: 'key-1' }] as const;

class World implements Pick<ReconcileDeps, 'delayMs' | 'pause' | 'entropy'> {
  readonly store = new MemoryStore();
  readonly clock = new TestClock();
  readonly entropy = new CountingEntropy();
  readonly pause = new NoPause();
  readonly delayMs = 60_000;
  readonly directory = { agentIds: async () => [AGENT] };
  readonly registered: string[] = [];
  keys: ReconcileDeps['keys'] = { 'envelope-mac': FIRST, 'envelope-signing': FIRST, log: FIRST, receipts: FIRST };
  readonly archived = { chainsOn: async () => this.registered };
  held: HeldAction[] = [];
  calls: MacCall[] = [];
  readonly actions = { heldActions: async (agentId: string) => (agentId === AGENT ? this.held : []) };
  readonly macs = { macCalls: async () => this.calls };
  readonly signer = {
    publicKey: async () => Uint8Array.from(rawPublicKey),
    sign: async (bytes: Uint8Array) => Uint8Array.from(sign(null, bytes, privateKey)),
  };
  readonly ledger = {
    readRows: async (chain: string, fromSeq: number, limit: number) => {
      const rows = [];
      for (let seq = fromSeq; rows.length < limit; seq += 1) {
        const bytes = this.store.get({ entity: 'ledgerEvent', chain, seq })?.['bytes'];
        if (!(bytes instanceof Uint8Array)) break;
        rows.push(ledgerRow(chain, seq, bytes));
      }
      return rows;
    },
  };

  async given(type: 'action.decided' | 'approval.sealed', data: JsonObject, agentId = AGENT) {
    const changed = await changeAgent(this, agentId, [], () => ({
      event: { type, agentId, frameworkRefs: REFS, data },
      result: ({ seq, hash }) => ({ seq, hash }),
    }));
    if (!changed.ok) throw new Error('expected a change');
    return changed.value;
  }

  async givenAllow(actionId: string) {
    this.held.push({
      actionId,
      standing: 'open',
      ...(await this.given('action.decided', { actionId, verdict: 'allow' })),
    });
  }
}

let world: World;
beforeEach(async () => {
  world = new World();
  await changeControl(world, [], () => ({
    event: { type: 'registry.loaded', frameworkRefs: REFS, data: {} },
    result: () => undefined,
  }));
  await world.givenAllow('a1');
  await world.given('approval.sealed', { envelopes: [{ envelopeId: 'e1', macRequestId: 'r1' }] });
  world.calls.push({ requestId: 'r1', timeMs: TEST_NOW_MS, by: 'sealer' });
  world.clock.advance(3_600_000);
});

const codes = async () => {
  const run = await runReconciliation(world);
  return run.ok ? run.value.reconciliation.findings.map(({ code }) => code) : run.problem.code;
};
const lastControlEvent = () => ledgerEvents(world.store, CONTROL_CHAIN).at(-1);

describe('runReconciliation', () => {
  it('records the result on the control chain when everything agrees', async () => {
    const run = await runReconciliation(world);
    expect(run).toMatchObject({ ok: true, value: { ledger: { chain: CONTROL_CHAIN, seq: 1 } } });
    expect(lastControlEvent()).toMatchObject({
      type: 'control.reconciled',
      frameworkRefs: REFS,
      data: {
        result: {
          v: '1',
          from: '2026-11-20T09:00:00.000Z',
          to: '2026-11-20T09:59:00.000Z',
          counts: {
            chains: 3,
            events: 3,
            envelopesSealed: 1,
            macsMade: 1,
            allows: 1,
            openActions: 1,
            settledActions: 0,
          },
          log: false,
          findingCount: 0,
          findings: [],
        },
      },
    });
  });

  it('names a key that was replaced without a record, until it is recorded', async () => {
    world.keys = {
      ...world.keys,
      log: [
        { ...FIRST[0], standing: 'overlapping' },
        { ...FIRST[0], generation: 2 },
      ],
    };
    expect(await codes()).toEqual(['key_unrecorded']);
    world.clock.advance(60_000);
    expect(await codes()).toEqual(['key_unrecorded']);
    await world.store.commit([recordedKeysWrite('log', undefined, 'introduce', 2)], 'recorded');
    world.clock.advance(60_000);
    expect(await codes()).toEqual([]);
  });

  it('signs the result by a key of its own', async () => {
    const run = await runReconciliation(world);
    if (!run.ok) throw new Error('expected a run');
    const { result, signature } = run.value.data as { result: JsonObject; signature: { value: string } };
    const bytes = Buffer.from(signature.value, 'base64url');
    expect(verify(null, signedBytes(result), publicKey, bytes)).toBe(true);
    expect(verify(null, signedBytes({ ...result, findingCount: 1 }), publicKey, bytes)).toBe(false);
    expect(signature).toMatchObject({ algorithm: 'Ed25519', publicKey: rawPublicKey.toString('base64url') });
  });

  it('begins where the last run ended and reports a finding once', async () => {
    world.calls.push({ requestId: 'r2', timeMs: TEST_NOW_MS + 1_000, by: 'sealer' });
    expect(await codes()).toEqual(['unexplained_mac']);
    world.clock.advance(86_400_000);
    expect(await codes()).toEqual([]);
    expect(lastControlEvent()?.data['result']).toMatchObject({ from: '2026-11-20T09:59:00.000Z' });
  });

  it('records the finding as an event', async () => {
    world.calls.push({ requestId: 'r2', timeMs: TEST_NOW_MS + 1_000, by: 'other' });
    await codes();
    expect(lastControlEvent()?.data['result']).toMatchObject({
      findingCount: 1,
      findings: [{ code: 'unexplained_mac', requestId: 'r2', time: '2026-11-20T09:00:01.000Z' }],
    });
  });

  it('finds an allow that the state does not know, in whatever run its row falls', async () => {
    await codes();
    await world.given('action.decided', { actionId: 'a2', verdict: 'allow' });
    world.clock.advance(86_400_000);
    expect(await codes()).toEqual(['allow_without_action']);
  });

  it('reads chains that only the archive knows', async () => {
    const stranger = '111122223333:stranger';
    world.registered.push(agentChain(stranger));
    await world.given('action.decided', { actionId: 'a9', verdict: 'allow' }, stranger);
    world.clock.advance(3_600_000);
    expect(await codes()).toEqual(['allow_without_action']);
  });

  it('finds nothing due when it is called again at once', async () => {
    await codes();
    expect(await codes()).toBe('nothing_due');
  });

  it('records once when the commit is reported as failed after it took effect', async () => {
    world.store.failCommits('after');
    expect(await codes()).toEqual([]);
    expect(ledgerEvents(world.store, CONTROL_CHAIN)).toHaveLength(2);
  });

  it('records nothing when another run was faster', async () => {
    const slow = {
      ...world,
      clock: new TestClock(TEST_NOW_MS + 1_800_000),
      macs: {
        macCalls: async () => {
          await codes();
          return world.calls;
        },
      },
    };
    const run = await runReconciliation(Object.assign(Object.create(world), slow));
    expect(run).toEqual({ ok: false, problem: { code: 'overtaken' } });
    expect(ledgerEvents(world.store, CONTROL_CHAIN)).toHaveLength(2);
  });

  it('records nothing when the record of calls cannot be read', async () => {
    const blind = Object.assign(Object.create(world), {
      macs: {
        macCalls: async () => {
          throw new Error('no access');
        },
      },
    });
    await expect(runReconciliation(blind)).rejects.toThrow('no access');
    expect(ledgerEvents(world.store, CONTROL_CHAIN)).toHaveLength(1);
  });

  it('compares the log where there is one', async () => {
    const lastRange = async (chain: string) =>
      chain === CONTROL_CHAIN ? undefined : { chain, firstSeq: 0, count: 9, firstIndex: 0, lastHash: 'f'.repeat(64) };
    const logged = Object.assign(Object.create(world), { log: { ranges: { lastRange }, mergeDelayMs: 60_000 } });
    const run = await runReconciliation(logged);
    expect(run.ok && run.value.reconciliation).toMatchObject({
      log: true,
      findings: [{ code: 'log_ahead' }, { code: 'log_ahead' }, { code: 'log_behind', chain: CONTROL_CHAIN, seq: 0 }],
    });
  });
});
