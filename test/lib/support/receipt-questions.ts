import { ADMINISTRATOR, type Question } from './question.ts';

const CERTIFIER = 'countersign-certify-epoch';
const RECEIPT_GIVERS = [
  'countersign-cancel-action',
  'countersign-redeem-action',
  'countersign-report-outcome',
  'countersign-submit-action',
];

/** Questions about who can give a key the right to sign receipts. */
export function receiptQuestions(key: string, certifyFunction: string): readonly Question[] {
  const context = { 'kms:SigningAlgorithm': 'ED25519_SHA_512' };
  return [
    { what: 'certify a receipt key', action: 'kms:Sign', resourceArn: key, context, expected: [CERTIFIER] },
    { what: 'hand the certification key on by a grant', action: 'kms:CreateGrant', resourceArn: key, expected: [] },
    {
      what: 'ask for a receipt key to get a certificate',
      action: 'lambda:InvokeFunction',
      resourceArn: certifyFunction,
      expected: [ADMINISTRATOR, ...RECEIPT_GIVERS],
    },
  ];
}
