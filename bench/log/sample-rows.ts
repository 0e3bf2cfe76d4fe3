import { reportOutcome } from '../../core/gate/outcome.ts';
import { submitAction } from '../../core/gate/submit.ts';
import type { JsonObject } from '../../core/json.ts';
import { agentChain, type ChainPosition, chainEvent, type EventType, emptyChain } from '../../core/ledger/event.ts';
import type { LedgerRow } from '../../core/ledger/ledger-row.ts';
import { AGENT_ID } from '../../test/support/api-event.ts';
import { actionRequest, givenGate, modelCall } from '../../test/support/gate.ts';
import { ledgerEvents } from '../../test/support/ledger-events.ts';

const AGENT = '111122223333:countersign-agent';
const START_MS = Date.UTC(2026, 10, 20);
/** A decision and its outcome, of each kind of action. */
const RECORDED = await recordedEvents();
const EVENTS_PER_ACTION = 2;

/** The rows of as many agents' actions in turn, each decided and reported: what the gate recorded, under new ids. */
export class RowSource {
  readonly #chains: number;
  readonly #positions = new Map<string, ChainPosition>();
  #made = 0;

  constructor(chains: number) {
    this.#chains = chains;
  }

  next(count: number): readonly LedgerRow[] {
    return Array.from({ length: count }, () => this.#row());
  }

  #row(): LedgerRow {
    const number = this.#made;
    this.#made += 1;
    const agentId = `${AGENT}-${number % this.#chains}`;
    const chain = agentChain(agentId);
    const position = this.#positions.get(chain) ?? emptyChain(chain);
    const recorded = RECORDED[position.nextSeq % RECORDED.length];
    if (recorded === undefined) throw new Error('expected recorded events');
    const action = Math.floor(position.nextSeq / EVENTS_PER_ACTION);
    const data = { ...recorded.data, actionId: `act_${number % this.#chains}_${action}` };
    const draft = { type: recorded.type, agentId, frameworkRefs: recorded.frameworkRefs, data };
    const event = chainEvent(chain, position, draft, String(number).padStart(26, '0'), START_MS + number);
    this.#positions.set(chain, { nextSeq: event.seq + 1, prevHash: event.hash, lastTimeMs: event.timeMs });
    const { seq, timeMs, bytes, entry, hash } = event;
    const date = new Date(timeMs).toISOString().slice(0, 10);
    return { chain, seq, date, timeMs, prev: position.prevHash, hash, bytes, entry };
  }
}

interface RecordedEvent {
  readonly type: EventType;
  readonly frameworkRefs: readonly string[];
  readonly data: JsonObject;
}

/** What the gate records of a read, a reversible write and a model call that each succeed. */
async function recordedEvents(): Promise<readonly RecordedEvent[]> {
  const gate = givenGate();
  const freeze = actionRequest({ type: 'card.freeze', resource: 'card/C1', params: { card_id: 'C1' } });
  for (const request of [actionRequest(), freeze, modelCall()]) {
    const submitted = await submitAction(gate, AGENT_ID, request);
    if (!submitted.ok || submitted.value.record.status !== 'allowed')
      throw new Error(`expected an allowed action, got ${JSON.stringify(submitted)}`);
    const { actionId } = submitted.value.record;
    const reported = await reportOutcome(gate, AGENT_ID, actionId, { result: 'succeeded' });
    if (!reported.ok) throw new Error(`expected a reported outcome, got ${JSON.stringify(reported)}`);
  }
  return ledgerEvents(gate.store).map(({ type, frameworkRefs, data }) => {
    if (type !== 'action.decided' && type !== 'action.outcome') throw new Error(`expected no \`${type}\``);
    return { type, frameworkRefs, data };
  });
}
