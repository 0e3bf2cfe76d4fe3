import type { LedgerEvent } from './parse-event.ts';
import { printable } from './printable.ts';

/** Members of `data` worth a glance, in this order, where they are text, numbers or booleans. */
const GLANCE = [
  'actionId',
  'actionType',
  'verdict',
  'tier',
  'slot',
  'decision',
  'approver',
  'person',
  'code',
  'result',
  'outcome',
  'level',
  'agentId',
  'change',
  'by',
  'reason',
];

/** One line for people: time, chain and number, type, and what matters of the data. */
export function describeEvent(event: LedgerEvent): string {
  const facts = GLANCE.flatMap((name) => {
    const value = event.data[name];
    return typeof value === 'object' || value === undefined ? [] : [`${name}=${quoted(String(value))}`];
  });
  return [new Date(event.timeMs).toISOString(), `${printable(event.chain)}#${event.seq}`, event.type, ...facts].join(
    ' ',
  );
}

function quoted(text: string): string {
  return /^[\w.:/~@-]+$/.test(text) ? text : `"${printable(text)}"`;
}
