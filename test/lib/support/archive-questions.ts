import { ADMINISTRATOR, type Question } from './question.ts';

const PUBLISHER = 'countersign-policy-publisher';

/** Questions about the archive: ledger segments and policy bundles. */
export function archiveQuestions(bucket: string): readonly Question[] {
  const event = `${bucket}/events/dt=2026-01-01/control/0000000000000000.jsonl`;
  const bundle = `${bucket}/bundles/${'ab'.repeat(32)}.json`;
  const once = { 's3:if-none-match': '*' };
  return [
    {
      what: 'write a new archive object',
      action: 's3:PutObject',
      resourceArn: event,
      context: once,
      expected: ['countersign-archive-ledger'],
    },
    {
      what: 'publish a policy bundle',
      action: 's3:PutObject',
      resourceArn: bundle,
      context: once,
      expected: ['countersign-archive-ledger', PUBLISHER],
    },
    { what: 'overwrite a policy bundle', action: 's3:PutObject', resourceArn: bundle, expected: [] },
    {
      what: 'read a policy bundle',
      action: 's3:GetObject',
      resourceArn: bundle,
      expected: [
        ADMINISTRATOR,
        'countersign-activate-bundle',
        'countersign-archive-ledger',
        'countersign-auditor',
        'countersign-list-tools',
        PUBLISHER,
        'countersign-redeem-action',
        'countersign-submit-action',
      ],
    },
    { what: 'overwrite an archive object', action: 's3:PutObject', resourceArn: event, expected: [] },
    { what: 'delete an archive object', action: 's3:DeleteObject', resourceArn: event, expected: [] },
    { what: 'delete a version of one', action: 's3:DeleteObjectVersion', resourceArn: event, expected: [] },
    { what: 'bypass its lock', action: 's3:BypassGovernanceRetention', resourceArn: event, expected: [] },
    {
      what: 'shorten its lock',
      action: 's3:PutObjectRetention',
      resourceArn: event,
      context: { 's3:object-lock-remaining-retention-days': 1 },
      expected: [],
    },
    {
      what: 'lengthen its lock',
      action: 's3:PutObjectRetention',
      resourceArn: event,
      context: { 's3:object-lock-remaining-retention-days': 4_000 },
      expected: [ADMINISTRATOR, 'countersign-archive-ledger'],
    },
    {
      what: 'put an archive object under a legal hold',
      action: 's3:PutObjectLegalHold',
      resourceArn: event,
      context: { 's3:object-lock-legal-hold': 'ON' },
      expected: ['countersign-apply-holds', 'countersign-archive-ledger'],
    },
    {
      what: 'take a legal hold off one',
      action: 's3:PutObjectLegalHold',
      resourceArn: event,
      context: { 's3:object-lock-legal-hold': 'OFF' },
      expected: ['countersign-apply-holds'],
    },
    {
      what: 'change the archive’s policy',
      action: 's3:PutBucketPolicy',
      resourceArn: bucket,
      expected: [ADMINISTRATOR],
    },
    {
      what: 'read the archive',
      action: 's3:GetObject',
      resourceArn: event,
      expected: [ADMINISTRATOR, 'countersign-archive-ledger', 'countersign-auditor'],
    },
  ];
}
