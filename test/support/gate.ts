import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePriceTable } from '../../core/budget/prices.ts';
import type { ActionRequest } from '../../core/gate/action.ts';
import { type CompiledBundle, compileBundle } from '../../core/gate/bundle.ts';
import { BundleShelf, NOTHING_PUBLISHED } from '../../core/gate/bundle-shelf.ts';
import type { RedeemDeps } from '../../core/gate/redeem.ts';
import type { StoredItem } from '../../core/state/entities.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import { AGENT_ID } from './api-event.ts';
import { CountingEntropy, NoPause, TestClock, testPseudonymizer } from './deps.ts';
import { MemoryStore } from './memory-store.ts';
import { REPOSITORY_ROOT } from './source-files.ts';

/** The deployed bundle, built once per test file. */
export const testBundle: CompiledBundle = compileBundle(buildBundle(join(REPOSITORY_ROOT, 'policies')));

/** The deployed price table. */
export const testPrices = parsePriceTable(
  JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'policies/prices.json'), 'utf8')),
);

/** A model whose price rows the table has: USD 0.0000001 in and 0.0000005 out below 100,000 prompt tokens. */
export const CHEAP_MODEL = 'claude-haiku-5-5';

/** Every scope of the catalogue. */
export const ALL_SCOPES: readonly string[] = [
  ...new Set([...testBundle.catalogue.values()].map((entry) => entry.scope)),
].sort();

/** A registered agent with every scope and account, and generous caps. */
export function registration(changes: StoredItem = {}): StoredItem {
  return {
    agentId: AGENT_ID,
    displayName: 'Teller',
    ownerSubject: 'subject-owner',
    ownerAliases: ['olivia', 'olivia@bank.example'],
    unitId: 'retail',
    scopes: ALL_SCOPES,
    accounts: ['*'],
    caps: {
      sessionMicroUsd: '5000000',
      sessionTokens: '1000000',
      dayMicroUsd: '20000000',
      dayTokens: '5000000',
      sessionSeconds: 3_600,
    },
    rungs: { default: 'A3', classes: {} },
    active: true,
    ...changes,
  };
}

/** What a test of the gate starts from. */
export interface GateFixture extends RedeemDeps {
  readonly bundle: CompiledBundle;
  readonly store: MemoryStore;
  readonly clock: TestClock;
  readonly entropy: CountingEntropy;
  readonly pause: NoPause;
}

/** A gate over an empty store with one registered agent and its unit. */
export function givenGate(agent: StoredItem | undefined = registration()): GateFixture {
  const store = new MemoryStore();
  if (agent !== undefined) store.set({ entity: 'agent', agentId: AGENT_ID }, agent);
  store.set(
    { entity: 'unit', unitId: 'retail' },
    { unitId: 'retail', monthMicroUsd: '100000000', monthTokens: '50000000' },
  );
  return {
    store,
    clock: new TestClock(),
    entropy: new CountingEntropy(),
    pause: new NoPause(),
    pseudonyms: testPseudonymizer,
    bundle: testBundle,
    bundles: new BundleShelf(testBundle, NOTHING_PUBLISHED),
    prices: testPrices,
    credentialIssuers: new Map(),
    settings: { reservationTtlSeconds: 900, approvalTimeoutSeconds: 1_800 },
    unitHints: new Map(),
    verifier: { verifyMac: async (bytes, mac) => Buffer.from(mac).equals(Buffer.from(fakeMac(bytes))) },
  };
}

/** The MAC the test gate accepts: a marker that changes with every byte. */
export function fakeMac(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`mac:${testPseudonymizer.pseudonym('resource', Buffer.from(bytes).toString('hex'))}`);
}

let keys = 0;

/** A request nobody made before. */
export function actionRequest(changes: Partial<ActionRequest> = {}): ActionRequest {
  keys += 1;
  return {
    type: 'payment.list-scheduled',
    params: {},
    resource: 'account/A1',
    sessionId: 'session-1',
    idempotencyKey: `key-${keys}`,
    ...changes,
  };
}

/** A model call, the ordinary use of a budget. */
export function modelCall(changes: Partial<ActionRequest> = {}): ActionRequest {
  return actionRequest({
    type: 'model.invoke',
    resource: `model/${CHEAP_MODEL}`,
    params: { model: CHEAP_MODEL, inputTokens: 1_000, maxOutputTokens: 1_000 },
    ...changes,
  });
}
