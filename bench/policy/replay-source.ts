import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import { contextToJson } from '../../core/gate/facts/context.ts';
import { agentChain, chainEvent, emptyChain } from '../../core/ledger/event.ts';
import { segmentKey } from '../../core/ledger/segment-key.ts';
import type { ArchiveSource } from '../../core/ledger/verify.ts';
import { ASKED_TYPE } from './engines.ts';
import { benchContexts } from './requests.ts';

const AGENT_ID = '111122223333:countersign-agent-bench';
const DATE = '2026-11-20';
const NOW_MS = Date.UTC(2026, 10, 20, 9);
const SEGMENT_EVENTS = 10_000;
const SEGMENT_KEY = /\/(\d{16})\.jsonl$/;

/**
 * An archive of `segmentCount` segments of ten thousand decisions each. All segments hold the same bytes, which a replay
 * does not notice: it does not check chains, and remembers nothing of a decision.
 */
export function replaySource(segmentCount: number, bundle: CompiledBundle, bundleFile: Uint8Array): ArchiveSource {
  const bytes = segmentOf(bundle);
  const chain = agentChain(AGENT_ID);
  return {
    async *listKeys() {
      yield `bundles/${bundle.hash}.json`;
      for (let index = 0; index < segmentCount; index += 1) yield segmentKey(chain, DATE, index * SEGMENT_EVENTS);
    },
    async *read(key) {
      const chunkBytes = 65_536;
      const source = SEGMENT_KEY.test(key) ? bytes : bundleFile;
      for (let start = 0; start < source.length; start += chunkBytes) yield source.subarray(start, start + chunkBytes);
    },
  };
}

function segmentOf(bundle: CompiledBundle): Uint8Array {
  const chain = agentChain(AGENT_ID);
  const lines = benchContexts(SEGMENT_EVENTS).map((facts, seq) => {
    const context = contextToJson(facts);
    const asked = { agentId: AGENT_ID, actionType: ASKED_TYPE, resource: `account/p1_${'0'.repeat(32)}`, context };
    const { verdict, tier, rules, obligations, bundleHash, contextHash } = decide(asked, bundle);
    const data = {
      actionId: `act_${String(seq).padStart(26, '0')}`,
      actionDigest: contextHash,
      actionType: ASKED_TYPE,
      resource: asked.resource,
      session: `p1_${'1'.repeat(32)}`,
      context,
      contextHash,
      bundleHash,
      verdict,
      tier,
      rules: rules.map(({ id }) => id),
      ...(obligations.length > 0 && { obligations: obligations.map((one) => ({ ...one })) }),
    };
    const draft = { type: 'action.decided', agentId: AGENT_ID, frameworkRefs: ['AIR-SEC-024'], data } as const;
    return chainEvent(chain, emptyChain(chain), draft, '0'.repeat(26), NOW_MS).bytes;
  });
  return Buffer.concat(lines.flatMap((line) => [line, Uint8Array.of(0x0a)]));
}
