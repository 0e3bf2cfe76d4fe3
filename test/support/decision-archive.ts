import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import { shadowHits } from '../../core/gate/shadow.ts';
import type { JsonObject } from '../../core/json.ts';
import { agentChain } from '../../core/ledger/event.ts';
import { ledgerRow } from '../../core/ledger/ledger-row.ts';
import { planSegments, segmentBytes } from '../../core/ledger/segment.ts';
import type { ArchiveSource } from '../../core/ledger/verify.ts';
import { buildBundle, bundleBytes } from '../../tools/build-bundle.ts';
import { archiveOf, sampleChain } from '../core/ledger/sample-log.ts';
import { AGENT_ID } from './api-event.ts';
import { testBundle } from './gate.ts';
import type { MemoryStore } from './memory-store.ts';

/** Objects of an archive by key, and the archive that serves them. */
export interface DecisionArchive extends ArchiveSource {
  readonly objects: Map<string, Uint8Array>;
}

/** An archive of given objects. */
export function archiveFrom(objects: Map<string, Uint8Array>): DecisionArchive {
  return {
    objects,
    async *listKeys() {
      yield* objects.keys();
    },
    async *read(key) {
      const bytes = objects.get(key);
      if (bytes === undefined) throw new Error(`expected an object \`${key}\``);
      yield bytes;
    },
  };
}

const deployedBytes = bundleBytes(buildBundle());

/** What the archiver makes of an agent's chain, with the deployed bundle. */
export function archiveOfStore(store: MemoryStore, chain = agentChain(AGENT_ID)): DecisionArchive {
  const rows = [];
  for (let seq = 0; ; seq += 1) {
    const bytes = store.get({ entity: 'ledgerEvent', chain, seq })?.['bytes'];
    if (!(bytes instanceof Uint8Array)) break;
    rows.push(ledgerRow(chain, seq, bytes));
  }
  const { segments } = planSegments(chain, 0, rows, { maxRows: 7, maxBytes: 1_000_000 });
  const objects = new Map(segments.map((segment) => [segment.key, segmentBytes(segment)]));
  objects.set(`bundles/${testBundle.hash}.json`, deployedBytes);
  return archiveFrom(objects);
}

/** A decision to be recorded. */
export interface DecisionCase {
  readonly actionType: string;
  readonly context: JsonObject;
  readonly agentId?: string;
}

/** An archive, without bundles, that records what `bundle` decides on each case. */
export function archiveOfDecisions(cases: readonly DecisionCase[], bundle: CompiledBundle): DecisionArchive {
  const agents = [...new Set(cases.map(({ agentId = AGENT_ID }) => agentId))];
  const chains = agents.map((agentId) =>
    sampleChain(
      agentChain(agentId),
      cases
        .filter((one) => (one.agentId ?? AGENT_ID) === agentId)
        .map((one, index) => ({ agentId, data: decisionData(one, agentId, index, bundle) })),
    ),
  );
  return archiveFrom(archiveOf(chains));
}

function decisionData({ actionType, context }: DecisionCase, agentId: string, index: number, bundle: CompiledBundle) {
  const asked = { agentId, actionType, resource: 'account/p1_r', context };
  const { verdict, tier, rules, obligations, bundleHash, contextHash } = decide(asked, bundle);
  const shadow = shadowHits(asked, bundle);
  return {
    actionId: `act_${index}`,
    actionType,
    resource: asked.resource,
    context,
    contextHash,
    bundleHash,
    verdict,
    tier,
    rules: rules.map(({ id }) => id),
    ...(obligations.length > 0 && { obligations: obligations.map((one) => ({ ...one })) }),
    ...(shadow.length > 0 && { shadow: shadow.map((hit) => ({ ...hit })) }),
  };
}
