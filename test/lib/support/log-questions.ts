import { ADMINISTRATOR, type Question } from './question.ts';

const SEQUENCER = 'countersign-sequence-ledger';
const AUDITOR = 'countersign-auditor';
const PROVER = 'countersign-prove-event';

/** Questions about the transparency log's objects. */
export function logQuestions(bucket: string): readonly Question[] {
  const tile = `${bucket}/tile/0/x001/000`;
  const partial = `${bucket}/tile/0/x001/001.p/7`;
  const entries = `${bucket}/tile/entries/x001/000`;
  const pointer = `${bucket}/checkpoint`;
  const copy = `${bucket}/projection/ranges/dt=2026-11-20/7.jsonl`;
  const staged = `${bucket}/staging/7`;
  const checkpoint = `${bucket}/checkpoints/0000000000000007-${'ab'.repeat(32)}`;
  const once = { 's3:if-none-match': '*' };
  const locked = { ...once, 's3:object-lock-retain-until-date': '2032-01-01T00:00:00Z' };
  const read = { action: 's3:GetObject' };
  const write = { action: 's3:PutObject' };
  return [
    { ...write, what: 'write a tile of the log', resourceArn: tile, context: locked, expected: [SEQUENCER] },
    { ...write, what: 'write one without a lock', resourceArn: tile, context: once, expected: [] },
    { ...write, what: 'keep a checkpoint', resourceArn: checkpoint, context: locked, expected: [SEQUENCER] },
    { ...write, what: 'overwrite a kept checkpoint', resourceArn: checkpoint, expected: [] },
    { ...write, what: 'move the pointer to the newest checkpoint', resourceArn: pointer, expected: [SEQUENCER] },
    { ...write, what: 'replace a tile that is not full', resourceArn: partial, expected: [SEQUENCER] },
    { what: 'delete a tile', action: 's3:DeleteObject', resourceArn: tile, expected: [] },
    { what: 'delete a version of the pointer', action: 's3:DeleteObjectVersion', resourceArn: pointer, expected: [] },
    { what: 'bypass a tile’s lock', action: 's3:BypassGovernanceRetention', resourceArn: tile, expected: [] },
    {
      what: 'shorten a tile’s lock',
      action: 's3:PutObjectRetention',
      resourceArn: tile,
      context: { 's3:object-lock-remaining-retention-days': 1 },
      expected: [],
    },
    {
      what: 'put a tile under a legal hold',
      action: 's3:PutObjectLegalHold',
      resourceArn: tile,
      context: { 's3:object-lock-legal-hold': 'ON' },
      expected: ['countersign-apply-holds', SEQUENCER],
    },
    {
      what: 'take a legal hold off one',
      action: 's3:PutObjectLegalHold',
      resourceArn: tile,
      context: { 's3:object-lock-legal-hold': 'OFF' },
      expected: ['countersign-apply-holds'],
    },
    { what: 'change the log’s policy', action: 's3:PutBucketPolicy', resourceArn: bucket, expected: [ADMINISTRATOR] },
    { ...write, what: 'replace what SQL reads of the log', resourceArn: copy, expected: [SEQUENCER] },
    { ...read, what: 'read the log', resourceArn: tile, expected: [ADMINISTRATOR, AUDITOR, PROVER, SEQUENCER] },
    { ...read, what: 'read the log’s entries', resourceArn: entries, expected: [ADMINISTRATOR, AUDITOR, SEQUENCER] },
    {
      ...read,
      what: 'read what SQL reads of the log',
      resourceArn: copy,
      expected: [ADMINISTRATOR, AUDITOR, SEQUENCER],
    },
    { ...read, what: 'read a batch that is under way', resourceArn: staged, expected: [ADMINISTRATOR, SEQUENCER] },
  ];
}
