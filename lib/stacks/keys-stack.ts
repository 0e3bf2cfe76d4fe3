import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { KeyTerms } from '../config/key-terms.ts';
import { pseudonymMakers } from '../gate/gate-grants.ts';
import { DetailsKey } from '../keys/details-key.ts';
import { EnvelopeKeys } from '../keys/envelope-keys.ts';
import { LogKey } from '../keys/log-key.ts';
import { OperationsKey } from '../keys/operations-key.ts';
import { PseudonymSecret } from '../keys/pseudonym-secret.ts';
import { ReceiptKey } from '../keys/receipt-key.ts';
import { ReconciliationKey } from '../keys/reconciliation-key.ts';

/** Properties of {@link KeysStack}. */
export interface KeysStackProps extends StackProps {
  readonly terms: KeyTerms;
}

/** Keys and the pepper: what must outlive every other stack. */
export class KeysStack extends Stack {
  readonly envelopes: EnvelopeKeys;
  readonly log: LogKey;
  readonly reconciliation: ReconciliationKey;
  readonly operations: OperationsKey;
  readonly details: DetailsKey;
  readonly pseudonyms: PseudonymSecret;
  readonly receipts: ReceiptKey;

  constructor(scope: Construct, id: string, { terms, ...props }: KeysStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    this.envelopes = new EnvelopeKeys(this, 'Envelopes', { mac: terms.envelopeMac, signing: terms.envelopeSigning });
    this.log = new LogKey(this, 'Log', { term: terms.log });
    this.reconciliation = new ReconciliationKey(this, 'Reconciliation');
    this.receipts = new ReceiptKey(this, 'Receipts', { term: terms.receipts });
    this.operations = new OperationsKey(this, 'Operations');
    this.details = new DetailsKey(this, 'Details');
    this.pseudonyms = new PseudonymSecret(this, 'Pseudonyms', {
      encryptionKey: this.operations.key,
      readers: pseudonymMakers(),
    });
  }
}
