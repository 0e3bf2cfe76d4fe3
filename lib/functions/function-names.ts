/** Every function: the folder under `lambdas/`, the role's suffix and the id. */
export const FUNCTION_NAMES = [
  'submit-action',
  'get-action',
  'redeem-action',
  'report-outcome',
  'cancel-action',
  'close-session',
  'list-tools',
  'list-approvals',
  'get-approval',
  'decide-approval',
  'approval-page',
  'approval-open',
  'approval-await',
  'approval-seal',
  'approval-close',
  'operate-controls',
  'activate-bundle',
  'erase-subject',
  'govern-holds',
  'apply-holds',
  'record-key-change',
  'load-registry',
  'sweep',
  'archive-ledger',
  'sequence-ledger',
  'reconcile-ledger',
  'certify-epoch',
  'prove-event',
] as const;

/** One of {@link FUNCTION_NAMES}. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Functions that evaluate or publish rules and so carry the policy bundle beside their code. */
export const BUNDLE_READERS: ReadonlySet<FunctionName> = new Set<FunctionName>([
  'submit-action',
  'redeem-action',
  'list-tools',
  'activate-bundle',
  'archive-ledger',
]);
