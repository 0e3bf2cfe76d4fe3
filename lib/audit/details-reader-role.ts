import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DetailsKey } from '../keys/details-key.ts';
import type { LedgerTable } from '../ledger/ledger-table.ts';
import { DETAILS_READER_ROLE_NAME } from '../names.ts';
import { staffRole } from '../people/staff-role.ts';
import { onPartitionKeys } from '../state/key-conditions.ts';
import { STATE_KEYS, type StateTable } from '../state/state-table.ts';

/** Properties of {@link DetailsReaderRole}. */
export interface DetailsReaderRoleProps {
  readonly trustedPrincipals: readonly string[];
  readonly ledger: LedgerTable;
  readonly state: StateTable;
  readonly detailsKey: DetailsKey;
}

/** The one role that reads in the clear what actions were about. It writes nothing. */
export class DetailsReaderRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: DetailsReaderRoleProps) {
    super(scope, id);
    this.role = staffRole(this, {
      roleName: DETAILS_READER_ROLE_NAME,
      description: 'Reads the encrypted details of Countersign ledger events',
      trustedPrincipals: props.trustedPrincipals,
      statements: [
        new PolicyStatement({
          sid: 'ReadLedgerRows',
          actions: ['dynamodb:Query'],
          resources: [props.ledger.table.tableArn],
        }),
        new PolicyStatement({
          sid: 'ReadSubjectKeys',
          actions: ['dynamodb:BatchGetItem'],
          resources: [props.state.table.tableArn],
          conditions: onPartitionKeys([STATE_KEYS.subjects]),
        }),
        new PolicyStatement({
          sid: 'UnwrapSubjectKeys',
          actions: ['kms:Decrypt'],
          resources: [props.detailsKey.key.keyArn],
          conditions: { StringEquals: { 'kms:EncryptionAlgorithm': 'RSAES_OAEP_SHA_256' } },
        }),
      ],
    });
  }
}
