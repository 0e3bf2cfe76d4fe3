import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from '../acknowledge.ts';
import type { ArchiveBucket } from '../archive/archive-bucket.ts';
import type { LedgerTable } from '../ledger/ledger-table.ts';
import type { LogBucket } from '../log/log-bucket.ts';
import { ATHENA_WORKGROUP_NAME, AUDITOR_ROLE_NAME, functionRoleName, GLUE_DATABASE_NAME } from '../names.ts';
import { staffRole } from '../people/staff-role.ts';
import { onPartitionKeys } from '../state/key-conditions.ts';
import { STATE_KEYS, type StateTable } from '../state/state-table.ts';

/** Properties of {@link AuditorRole}. */
export interface AuditorRoleProps {
  readonly trustedPrincipals: readonly string[];
  readonly archive: ArchiveBucket;
  readonly ledger: LedgerTable;
  readonly log: LogBucket;
  readonly state: StateTable;
  readonly results: Bucket;
  readonly resultsKey: IKey;
}

/** Reads the archive, the log, the ledger's rows and where chains stand, and writes nothing but query results. */
export class AuditorRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: AuditorRoleProps) {
    super(scope, id);
    this.role = staffRole(this, {
      roleName: AUDITOR_ROLE_NAME,
      description: 'Reads and queries the Countersign ledger archive',
      trustedPrincipals: props.trustedPrincipals,
      statements: this.statements(props),
    });
    acknowledgeWildcards(
      this,
      [
        ...props.archive.recordArns(this),
        ...props.log.readableArns(this).filter((arn) => arn.endsWith('*')),
        props.results.arnForObjects('results/*'),
        this.glueArn('table', `${GLUE_DATABASE_NAME}/*`),
      ],
      'an auditor reads every record and every view, and keeps every own result',
    );
  }

  private glueArn(resource: string, resourceName?: string): string {
    return Stack.of(this).formatArn({ service: 'glue', resource, ...(resourceName !== undefined && { resourceName }) });
  }

  private statements(props: AuditorRoleProps): readonly PolicyStatement[] {
    const stack = Stack.of(this);
    return [
      new PolicyStatement({
        sid: 'Query',
        actions: [
          'athena:GetWorkGroup',
          'athena:StartQueryExecution',
          'athena:StopQueryExecution',
          'athena:GetQueryExecution',
          'athena:GetQueryResults',
          'athena:GetNamedQuery',
          'athena:ListNamedQueries',
          'athena:BatchGetNamedQuery',
        ],
        resources: [
          stack.formatArn({
            service: 'athena',
            resource: 'workgroup',
            resourceName: ATHENA_WORKGROUP_NAME,
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ],
      }),
      new PolicyStatement({
        sid: 'ReadCatalogue',
        actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'],
        resources: [
          this.glueArn('catalog'),
          this.glueArn('database', GLUE_DATABASE_NAME),
          this.glueArn('table', `${GLUE_DATABASE_NAME}/*`),
        ],
      }),
      readRecords('ReadArchive', props.archive.recordArns(this)),
      readRecords('ReadLog', props.log.readableArns(this)),
      new PolicyStatement({
        sid: 'CompareWithLedger',
        actions: ['dynamodb:Query'],
        resources: [props.ledger.table.tableArn],
      }),
      new PolicyStatement({
        sid: 'Reconcile',
        actions: ['lambda:InvokeFunction'],
        resources: [
          stack.formatArn({
            service: 'lambda',
            resource: 'function',
            resourceName: functionRoleName('reconcile-ledger'),
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      }),
      readHeads(props.state),
      new PolicyStatement({
        sid: 'ListBuckets',
        actions: [
          's3:ListBucket',
          's3:ListBucketVersions',
          's3:GetBucketLocation',
          's3:GetBucketObjectLockConfiguration',
        ],
        resources: [props.archive.bucket.bucketArn, props.log.arnFor(this), props.results.bucketArn],
      }),
      new PolicyStatement({
        sid: 'KeepResults',
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
        resources: [props.results.arnForObjects('results/*')],
      }),
      new PolicyStatement({
        sid: 'EncryptResults',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [props.resultsKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${stack.region}.${stack.urlSuffix}` } },
      }),
    ];
  }
}

function readRecords(sid: string, resources: readonly string[]): PolicyStatement {
  const actions = ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'];
  return new PolicyStatement({ sid, actions, resources: [...resources] });
}

/** Where a chain stands, and nothing else that heads and their neighbours hold. */
function readHeads({ table }: StateTable): PolicyStatement {
  const { Null: leading, ...byKey } = onPartitionKeys([STATE_KEYS.agents, STATE_KEYS.control, STATE_KEYS.epochs]);
  return new PolicyStatement({
    sid: 'ReadHeads',
    actions: ['dynamodb:GetItem'],
    resources: [table.tableArn],
    conditions: {
      ...byKey,
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'seq', 'hash', 'time'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      Null: { ...leading, 'dynamodb:Attributes': 'false' },
    },
  });
}
