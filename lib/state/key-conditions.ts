/** Conditions of an IAM statement, as JSON. */
export type Conditions = { readonly [operator: string]: { readonly [key: string]: unknown } };

/**
 * Restricts item actions to partition keys. `ForAllValues` alone holds when the key is missing from the request, so the
 * `Null` guard is what makes it a restriction.
 *
 * @param patterns partition keys, `*` as wildcard
 */
export function onPartitionKeys(patterns: readonly string[]): Conditions {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** {@link onPartitionKeys}, and only as part of a transaction. */
export function onPartitionKeysInTransaction(patterns: readonly string[]): Conditions {
  return { ...onPartitionKeys(patterns), ...inTransaction() };
}

/** Item actions only as part of a transaction: a lone write could move a head without its ledger row. */
export function inTransaction(): Conditions {
  return { StringEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' } };
}
