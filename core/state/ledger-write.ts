import type { ChainedEvent } from '../ledger/event.ts';
import type { Write } from './entities.ts';

/** The append of an event: its exact bytes, once. */
export function ledgerWrite(event: ChainedEvent): Write {
  return {
    op: 'put',
    ref: { entity: 'ledgerEvent', chain: event.chain, seq: event.seq },
    item: { bytes: event.bytes },
    when: [{ if: 'absent' }],
  };
}
