import type { ChainedEvent } from '../ledger/event.ts';
import type { Write } from './entities.ts';

/** The append of an event: its exact bytes, once, and beside them its encrypted details, which are no part of it. */
export function ledgerWrite(event: ChainedEvent, details?: Uint8Array): Write {
  return {
    op: 'put',
    ref: { entity: 'ledgerEvent', chain: event.chain, seq: event.seq },
    item: { bytes: event.bytes, ...(details !== undefined && { details }) },
    when: [{ if: 'absent' }],
  };
}
