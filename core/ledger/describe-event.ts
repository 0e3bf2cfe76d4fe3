import type { LedgerEvent } from './parse-event.ts';

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
  return [new Date(event.timeMs).toISOString(), `${event.chain}#${event.seq}`, event.type, ...facts].join(' ');
}

/** Text that could break the line or the terminal is shown as JSON. */
function quoted(text: string): string {
  return /^[\w.:/~@-]+$/.test(text) ? text : JSON.stringify(text);
}
