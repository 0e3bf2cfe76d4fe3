import { sha256Hex } from '../core/ledger/hash.ts';
import type { EntityRef } from '../core/state/entities.ts';

/** The three tables: what the product writes, what the institution declares, what is appended once. */
export type TableName = 'state' | 'registry' | 'ledger';

/** Where an entity is stored. */
export interface ItemKey {
  readonly table: TableName;
  readonly pk: string;
  readonly sk: string;
}

/** Digits of a sequence number in a sort key, so that text order is number order up to 2^53. */
export const SEQ_DIGITS = 16;

/** Partitions that agent registrations spread over; each is listed by one query. */
export const REGISTRATION_SHARDS = [...'0123456789abcdef'];

/** The registration partition of a shard. */
export function registrationPartition(shard: string): string {
  return `AGENT#${shard}`;
}

/** Spells an entity's key. The only place that knows how keys look. */
export function keyOf(ref: EntityRef): ItemKey {
  switch (ref.entity) {
    case 'agentHead':
      return state(`AGENT#${ref.agentId}`, 'HEAD');
    case 'action':
      return state(`AGENT#${ref.agentId}`, `ACTION#${ref.actionId}`);
    case 'unitBudget':
      return state(`UNIT#${ref.unitId}`, `MONTH#${ref.month}`);
    case 'stopAll':
      return state('CONTROL', 'STOP#ALL');
    case 'agentStop':
      return state('CONTROL', `STOP#AGENT#${ref.agentId}`);
    case 'controlHead':
      return state('CONTROL', 'HEAD');
    case 'approvalRequest':
      return state(`REQUEST#${ref.actionId}`, 'REQUEST');
    case 'approvalSlot':
      return state(`REQUEST#${ref.actionId}`, `SLOT#${ref.slot}`);
    case 'legalHolds':
      return state('HOLDS', 'LIST');
    case 'retention':
      return state('HOLDS', 'RETENTION');
    case 'holdProgress':
      return state('HOLDING', 'PASS');
    case 'subjectKey':
      return state(`SUBJECT#${ref.subject}`, `KEY#${ref.month}`);
    case 'archiveProgress':
      return state('ARCHIVE', ref.chain);
    case 'recordedKeys':
      return state('KEYS', ref.purpose);
    case 'reconciliation':
      return state('RECONCILE', 'RUN');
    case 'reconciledChain':
      return state('RECONCILE', `CHAIN#${ref.chain}`);
    case 'epochsHead':
      return state('EPOCHS', 'HEAD');
    case 'logLock':
      return state('LOG', 'LOCK');
    case 'sequencedRange':
      return state(`SEQUENCED#${ref.chain}`, sequenceKey(ref.firstSeq));
    case 'ledgerEvent':
      return { table: 'ledger', pk: ref.chain, sk: sequenceKey(ref.seq) };
    case 'agent':
      return { table: 'registry', pk: registrationPartition(sha256Hex(ref.agentId).charAt(0)), sk: ref.agentId };
    case 'unit':
      return { table: 'registry', pk: 'UNIT', sk: ref.unitId };
    case 'fact':
      return { table: 'registry', pk: `FACT#${ref.kind}#${ref.key}`, sk: 'FACT' };
  }
}

/** A ledger row's sort key. */
export function sequenceKey(seq: number): string {
  return String(seq).padStart(SEQ_DIGITS, '0');
}

function state(pk: string, sk: string): ItemKey {
  return { table: 'state', pk, sk };
}
