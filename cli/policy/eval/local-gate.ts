import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign, timingSafeEqual } from 'node:crypto';
import { createPseudonymizer } from '../../../aws/pseudonymizer.ts';
import { systemEntropy } from '../../../aws/system.ts';
import type { SealDeps } from '../../../core/approval/seal.ts';
import type { Declarations } from '../../../core/authority/load.ts';
import { loadDeclarations } from '../../../core/authority/load.ts';
import type { RegistryFact } from '../../../core/authority/registry-from-environment.ts';
import type { PriceTable } from '../../../core/budget/prices.ts';
import type { CompiledBundle } from '../../../core/gate/bundle.ts';
import { BundleShelf, NOTHING_PUBLISHED } from '../../../core/gate/bundle-shelf.ts';
import type { RedeemDeps } from '../../../core/gate/redeem.ts';
import { MemoryStateStore } from './memory-store.ts';

/** Everything the real flows need, on one machine and for one run. */
export interface LocalGate extends RedeemDeps, SealDeps {
  readonly store: MemoryStateStore;
  readonly agentId: string;
  readonly bundle: CompiledBundle;
  /** Lets time pass, milliseconds. */
  readonly pass: (durationMs: number) => void;
}

/** What a local gate decides with. */
export interface LocalGateInput {
  readonly bundle: CompiledBundle;
  readonly prices: PriceTable;
  /** What the institution knows. */
  readonly facts: readonly RegistryFact[];
  /** Changes to the agent's registration, which otherwise grants every scope and account. */
  readonly agent?: { readonly scopes?: readonly string[]; readonly accounts?: readonly string[] };
}

/** 2026-11-20T09:00:00Z. Runs start at the same time, so that the same calls give the same answers on any day. */
const START_MS = Date.UTC(2026, 10, 20, 9);
const AGENT_ID = '111122223333:countersign-agent-evaluated';
const UNIT_ID = 'evaluation';

/**
 * A gate over an empty store in memory with one registered agent. What stops that agent is a rule about what it does,
 * unless its registration is narrowed.
 */
export async function openLocalGate(input: LocalGateInput): Promise<LocalGate> {
  let nowMs = START_MS;
  const gate: LocalGate = {
    store: new MemoryStateStore(),
    agentId: AGENT_ID,
    pass: (durationMs) => {
      nowMs += durationMs;
    },
    clock: { nowMs: () => nowMs },
    entropy: systemEntropy,
    pause: { forMs: async () => undefined },
    pseudonyms: createPseudonymizer(randomBytes(32).toString('hex')),
    bundle: input.bundle,
    bundles: new BundleShelf(input.bundle, NOTHING_PUBLISHED),
    prices: input.prices,
    credentialIssuers: new Map(),
    settings: { reservationTtlSeconds: 900, approvalTimeoutSeconds: 3_600 },
    unitHints: new Map(),
    ...localKeys(),
    ttlMs: 90_000,
  };
  const loaded = await loadDeclarations(gate, declarations(input));
  if (!loaded.ok) throw new Error(`expected to load the registry, got \`${loaded.problem.code}\``);
  return gate;
}

/** Keys of this run: what is sealed here can be redeemed here and nowhere else. */
function localKeys(): Pick<LocalGate, 'sealer' | 'verifier'> {
  const macKey = randomBytes(32);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const macOf = (bytes: Uint8Array): Buffer => createHmac('sha256', macKey).update(bytes).digest();
  return {
    sealer: {
      mac: async (bytes) => ({ mac: macOf(bytes), requestId: randomUUID() }),
      sign: async (bytes) => sign('sha256', bytes, privateKey),
    },
    verifier: {
      verifyMac: async (bytes, mac) => mac.length === 32 && timingSafeEqual(macOf(bytes), mac),
    },
  };
}

function declarations({ bundle, facts, agent }: LocalGateInput): Declarations {
  const scopes = [...new Set([...bundle.catalogue.values()].map((entry) => entry.scope))].sort();
  return {
    units: [{ unitId: UNIT_ID, monthMicroUsd: '1000000000', monthTokens: '1000000000' }],
    agents: [
      {
        agentId: AGENT_ID,
        displayName: 'Evaluated agent',
        ownerSubject: 'owner',
        ownerAliases: [],
        unitId: UNIT_ID,
        scopes: [...(agent?.scopes ?? scopes)],
        accounts: [...(agent?.accounts ?? ['*'])],
        caps: {
          sessionMicroUsd: '100000000',
          sessionTokens: '100000000',
          dayMicroUsd: '1000000000',
          dayTokens: '1000000000',
          sessionSeconds: 86_400,
        },
        rungs: { default: 'A3', classes: {} },
        active: true,
      },
    ],
    facts: facts.map(({ kind, key, value }) => ({ kind, key, value })),
  };
}
