import type { ChainedEvent, ChainPosition, EventDraft } from '../../core/ledger/event.ts';
import { agentChain, chainEvent, emptyChain } from '../../core/ledger/event.ts';

/** When the first event is written: 2026-11-20T09:00:00Z. */
export const START_MS = Date.UTC(2026, 10, 20, 9);

const AGENT = '111122223333:countersign-agent-teller';

/** The agents that events are of. */
export const AGENTS = [AGENT, `${AGENT}-two`] as const;

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID of the given time whose other digits come from a number. */
export function ulidOf(timeMs: number, number: number): string {
  let text = '';
  for (let rest = BigInt(timeMs), digit = 0; digit < 10; digit += 1, rest /= 32n)
    text = `${CROCKFORD[Number(rest % 32n)]}${text}`;
  let random = '';
  for (let rest = number, digit = 0; digit < 16; digit += 1, rest = Math.floor(rest / 32))
    random = `${CROCKFORD[rest % 32]}${random}`;
  return `${text}${random}`;
}

/** Writes events of several chains, each one second after the one before. */
export class ChainWriter {
  readonly events: ChainedEvent[] = [];
  readonly #positions = new Map<string, ChainPosition>();
  nowMs = START_MS;

  /** Seals a draft into its chain. */
  write(chain: string, draft: Omit<EventDraft, 'frameworkRefs'>): ChainedEvent {
    this.nowMs += 1_000;
    const position = this.#positions.get(chain) ?? emptyChain(chain);
    const id = ulidOf(this.nowMs, this.events.length + 1);
    const event = chainEvent(chain, position, { frameworkRefs: ['AIR-SEC-024'], ...draft }, id, this.nowMs);
    this.#positions.set(chain, { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs });
    this.events.push(event);
    return event;
  }
}

const digestOf = (actionId: string) => Buffer.from(actionId.padEnd(32, '.')).toString('hex');

/** An allow that holds money and tokens. */
export function decided(agent: string, actionId: string, microUsd: number, day: string) {
  const budget = { day, microUsd: String(microUsd), month: day.slice(0, 7), tokens: '70', unit: 'retail' };
  const data = {
    actionId,
    actionDigest: digestOf(actionId),
    actionType: 'payment.send',
    tier: 1,
    resource: `account/p1_${'5b'.repeat(16)}`,
    session: `p1_${'77'.repeat(16)}`,
    verdict: 'allow',
    rules: ['payments.within-limit'],
    bundleHash: '41'.repeat(32),
    contextHash: 'c0'.repeat(32),
    context: { budget: { required: true }, risk: { level: 2 } },
    budget,
  };
  return { type: 'action.decided', agentId: agent, data } as const;
}

/** What became of an action that held `heldMicroUsd`. */
export function settled(agent: string, actionId: string, heldMicroUsd: number, settledMicroUsd: number) {
  const data = {
    actionId,
    actionDigest: digestOf(actionId),
    result: 'succeeded',
    settledMicroUsd: String(settledMicroUsd),
    settledTokens: '70',
    releasedMicroUsd: String(heldMicroUsd - settledMicroUsd),
    releasedTokens: '0',
    overrun: false,
    held: true,
  };
  return { type: 'action.outcome', agentId: agent, data } as const;
}

/** Holds of actions that were given back because nobody reported in time. */
export function lapsed(agent: string, actionId: string, microUsd: number) {
  const data = { reason: 'lapsed', actions: [{ actionId, microUsd: String(microUsd), tokens: '70' }] };
  return { type: 'budget.released', agentId: agent, data } as const;
}

/** Rounds of real-looking events: two agents that hold, settle and let lapse, and the control chain in between. */
export function writeRounds(writer: ChainWriter, rounds: number, name = 'act'): void {
  for (let round = 0; round < rounds; round += 1) {
    for (const [number, agent] of AGENTS.entries()) {
      const chain = agentChain(agent);
      const actionId = `${name}_${round}_${number}`;
      const microUsd = 900 + round;
      const day = new Date(writer.nowMs).toISOString().slice(0, 10);
      writer.write(chain, decided(agent, actionId, microUsd, day));
      if (round % 5 === 4) writer.write(chain, lapsed(agent, actionId, microUsd));
      else writer.write(chain, settled(agent, actionId, microUsd, 500));
    }
    if (round % 10 === 3) {
      const data = { version: round, reason: 'officer’s “drill”', by: `p1_${'ab'.repeat(16)}` };
      writer.write('control', { type: 'control.agent_halted', agentId: AGENTS[0], data });
    }
  }
}
