/**
 * Names of stored things, without spelling their keys: `aws/keys.ts` alone does that. `state` is what the product
 * writes, `registry` what the institution declares and the gate may only read, `ledger` what is appended once.
 */
export type EntityRef =
  | { readonly entity: 'agentHead'; readonly agentId: string }
  | { readonly entity: 'action'; readonly agentId: string; readonly actionId: string }
  | { readonly entity: 'unitBudget'; readonly unitId: string; readonly month: string }
  | { readonly entity: 'stopAll' }
  | { readonly entity: 'agentStop'; readonly agentId: string }
  | { readonly entity: 'controlHead' }
  | { readonly entity: 'approvalRequest'; readonly actionId: string }
  | { readonly entity: 'approvalSlot'; readonly actionId: string; readonly slot: number }
  | { readonly entity: 'legalHolds' }
  | { readonly entity: 'holdProgress' }
  | { readonly entity: 'retention' }
  | { readonly entity: 'subjectKey'; readonly subject: string; readonly month: string }
  | { readonly entity: 'archiveProgress'; readonly chain: string }
  | { readonly entity: 'epochsHead' }
  | { readonly entity: 'logLock' }
  | { readonly entity: 'reconciliation' }
  | { readonly entity: 'recordedKeys'; readonly purpose: string }
  | { readonly entity: 'reconciledChain'; readonly chain: string }
  | { readonly entity: 'sequencedRange'; readonly chain: string; readonly firstSeq: number }
  | { readonly entity: 'ledgerEvent'; readonly chain: string; readonly seq: number }
  | { readonly entity: 'agent'; readonly agentId: string }
  | { readonly entity: 'unit'; readonly unitId: string }
  | { readonly entity: 'fact'; readonly kind: string; readonly key: string };

/** A stored attribute: what DynamoDB's document model holds, with integers only. Money is a `bigint`. */
export type StoredValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly StoredValue[]
  | { readonly [key: string]: StoredValue };

/** A stored item without its key. */
export type StoredItem = { readonly [attribute: string]: StoredValue };

/** What must hold for a write to take effect. All of an operation's conditions must hold. */
export type Condition =
  | { readonly if: 'absent' }
  | { readonly if: 'present' }
  | { readonly if: 'equals'; readonly attribute: string; readonly value: string | number | boolean }
  | { readonly if: 'attributeAbsent'; readonly attribute: string }
  /** Holds when the attribute is absent or a number at most `value`. */
  | { readonly if: 'absentOrAtMost'; readonly attribute: string; readonly value: number | bigint };

/** One operation of a transaction. No two operations of one transaction may name the same entity. */
export type Write =
  | { readonly op: 'put'; readonly ref: EntityRef; readonly item: StoredItem; readonly when: readonly Condition[] }
  | {
      readonly op: 'update';
      readonly ref: EntityRef;
      readonly set?: StoredItem;
      /** Integers added to numeric attributes; an absent attribute counts as 0. */
      readonly add?: { readonly [attribute: string]: number | bigint };
      readonly when: readonly Condition[];
    }
  | { readonly op: 'delete'; readonly ref: EntityRef; readonly when: readonly Condition[] }
  | { readonly op: 'check'; readonly ref: EntityRef; readonly when: readonly Condition[] };

/** How a transaction ended. A storage fault is thrown as {@link StorageFault}; a conflict is an ordinary outcome. */
export type CommitOutcome = { readonly committed: true } | { readonly committed: false };

/** Thrown by a store when it could not answer: the write may or may not have taken effect. */
export class StorageFault extends Error {
  readonly code = 'storage_fault';
}
