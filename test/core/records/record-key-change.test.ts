import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../core/ledger/parse-event.ts';
import { keysOfEvents, logKeyLine } from '../../../core/records/keys-of-events.ts';
import type { DeployedKey, KeyChangeRequest } from '../../../core/records/record-key-change.ts';
import { KEY_CHANGE_TYPE, keyResource, recordKeyChange } from '../../../core/records/record-key-change.ts';
import { decodeRecordedKeys, recordedKeysRef } from '../../../core/records/recorded-keys.ts';
import { asBytes } from '../../../core/state/stored.ts';
import { givenRedeemedAct } from '../../support/activation.ts';
import { AGENT_ID } from '../../support/api-event.ts';
import { type GateFixture, givenGate, testPrices } from '../../support/gate.ts';
import { controlEvents } from '../risk/fixtures.ts';

const SPKI = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
const OVERLAP: readonly DeployedKey[] = [
  { generation: 1, standing: 'overlapping', keyId: 'key-1' },
  { generation: 2, standing: 'active', keyId: 'key-2' },
];
const RETIRED: readonly DeployedKey[] = [
  { generation: 1, standing: 'retired', keyId: 'key-1' },
  { generation: 2, standing: 'active', keyId: 'key-2' },
];

type Change = Pick<KeyChangeRequest, 'purpose' | 'step' | 'generation'>;
const deps = (gate: GateFixture, keys: readonly DeployedKey[]) => ({
  ...gate,
  prices: testPrices,
  deployed: () => keys,
  publicKey: async (purpose: string) => (purpose === 'envelope-mac' ? undefined : SPKI),
});

async function approved(gate: GateFixture, { purpose, step, generation }: Change): Promise<KeyChangeRequest> {
  const params = { purpose, step, generation };
  const actionId = await givenRedeemedAct(gate, { type: KEY_CHANGE_TYPE, resource: keyResource(purpose), params });
  return { agentId: AGENT_ID, actionId, ...params };
}

async function record(gate: GateFixture, keys: readonly DeployedKey[], change: Change) {
  return recordKeyChange(deps(gate, keys), await approved(gate, change));
}

async function withLog(gate: GateFixture, size: number): Promise<void> {
  const item = { size, root: '', stagingKey: '', stagingHash: '', time: 0 };
  await gate.store.commit([{ op: 'put', ref: { entity: 'logLock' }, item, when: [] }], `log-${size}`);
}

describe('recordKeyChange', () => {
  it('records the key as deployed, with its public half, once', async () => {
    const gate = givenGate();
    const request = await approved(gate, { purpose: 'log', step: 'introduce', generation: 2 });
    await withLog(gate, 240);
    expect(await recordKeyChange(deps(gate, OVERLAP), request)).toMatchObject({ ok: true, value: { changed: true } });
    expect(await recordKeyChange(deps(gate, OVERLAP), request)).toMatchObject({ ok: true, value: { changed: false } });
    const { actionId } = request;
    expect(controlEvents(gate.store)).toMatchObject([
      {
        type: 'control.key_introduced',
        agent: AGENT_ID,
        data: {
          purpose: 'log',
          generation: 2,
          keyId: 'key-2',
          publicKey: SPKI.toString('base64'),
          logSize: 240,
          actionId,
          by: AGENT_ID,
        },
      },
    ]);
  });

  it('notes the highest generation recorded, of each step', async () => {
    const gate = givenGate();
    await record(gate, OVERLAP, { purpose: 'log', step: 'introduce', generation: 2 });
    await record(gate, RETIRED, { purpose: 'log', step: 'retire', generation: 1 });
    const [item] = await gate.store.read([recordedKeysRef('log')]);
    expect(decodeRecordedKeys(item)).toEqual({ introduced: 2, retired: 1 });
    expect(decodeRecordedKeys(undefined)).toEqual({ introduced: 0, retired: 0 });
  });

  it('records no public half of a key that makes macs', async () => {
    const gate = givenGate();
    await record(gate, RETIRED, { purpose: 'envelope-mac', step: 'retire', generation: 1 });
    expect(controlEvents(gate.store)).toMatchObject([
      { type: 'control.key_retired', data: { purpose: 'envelope-mac', keyId: 'key-1', publicKey: null } },
    ]);
    expect(controlEvents(gate.store)[0]?.data).not.toHaveProperty('logSize');
  });

  it.each([
    ['retire', 1, OVERLAP, 'overlapping'],
    ['retire', 2, OVERLAP, 'active'],
    ['introduce', 1, RETIRED, 'retired'],
    ['introduce', 3, RETIRED, undefined],
  ] as const)(
    'refuses to %s generation %i while it is not deployed so, and leaves the approval',
    async (step, generation, keys, standing) => {
      const gate = givenGate();
      const request = await approved(gate, { purpose: 'log', step, generation });
      expect(await recordKeyChange(deps(gate, keys), request)).toEqual({
        ok: false,
        problem: { code: 'key_not_deployed_so', standing },
      });
      expect(controlEvents(gate.store)).toEqual([]);
    },
  );

  it.each([
    ['generation', { generation: 1, step: 'retire' }],
    ['purpose', { purpose: 'receipts' }],
  ] as const)('refuses another %s than people approved', async (_what, changes) => {
    const gate = givenGate();
    const request = await approved(gate, { purpose: 'log', step: 'introduce', generation: 2 });
    expect(await recordKeyChange(deps(gate, RETIRED), { ...request, ...changes })).toMatchObject({
      problem: { code: 'not_this_act' },
    });
  });
});

describe('keysOfEvents', () => {
  it('tells from the control chain which keys there were, and the log’s as readers pin them', async () => {
    const gate = givenGate();
    await record(gate, OVERLAP, { purpose: 'log', step: 'introduce', generation: 2 });
    await withLog(gate, 300);
    await record(gate, RETIRED, { purpose: 'log', step: 'retire', generation: 1 });
    await withLog(gate, 400);
    await record(gate, RETIRED, { purpose: 'log', step: 'retire', generation: 1 });
    await record(gate, RETIRED, { purpose: 'receipts', step: 'introduce', generation: 2 });
    const events = [0, 1, 2, 3].map((seq) => {
      const row = gate.store.get({ entity: 'ledgerEvent', chain: 'control', seq });
      const parsed = parseEvent(asBytes(row?.['bytes'], 'bytes'));
      if (!parsed.ok) throw new Error(parsed.problem.check);
      return parsed.value;
    });
    const keys = keysOfEvents(events);
    expect(keys.map(({ purpose, generation, untilSize }) => [purpose, generation, untilSize])).toEqual([
      ['log', 2, undefined],
      ['log', 1, 300],
      ['receipts', 2, undefined],
    ]);
    expect(keys.map((key) => logKeyLine(key, 'test.example/log'))).toEqual([
      expect.stringMatching(/^test\.example\/log\+[0-9a-f]{8}\+\S+$/),
      expect.stringMatching(/^test\.example\/log\+[0-9a-f]{8}\+\S+ until 300$/),
      undefined,
    ]);
  });
});
