import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuditWorkgroup } from '../audit/audit-workgroup.ts';
import { AuditorRole } from '../audit/auditor-role.ts';
import { DetailsReaderRole } from '../audit/details-reader-role.ts';
import { EventCatalog } from '../audit/event-catalog.ts';
import { readSqlFiles, readViewFiles } from '../audit/sql-files.ts';
import type { DeploymentConfig } from '../config/schema.ts';
import { ATHENA_WORKGROUP_NAME } from '../names.ts';
import type { DataStack } from './data-stack.ts';
import type { KeysStack } from './keys-stack.ts';

/** Properties of {@link AuditStack}. */
export interface AuditStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly keys: KeysStack;
  readonly data: DataStack;
  /** The repository's root, holding `audit/`. */
  readonly rootDir: string;
}

/** What auditors query. It reads records and holds none. */
export class AuditStack extends Stack {
  constructor(scope: Construct, id: string, props: AuditStackProps) {
    super(scope, id, props);
    const encryptionKey = props.keys.operations.key;
    const { archive, log } = props.data;
    new EventCatalog(this, 'Catalog', {
      archive: archive.bucket,
      log: log.bucket,
      views: readViewFiles(join(props.rootDir, 'audit/views')),
    });
    const workgroup = new AuditWorkgroup(this, 'Athena', {
      encryptionKey,
      queries: readSqlFiles(join(props.rootDir, 'audit/queries')),
    });
    const auditor = new AuditorRole(this, 'Auditor', {
      trustedPrincipals: props.config.auditors,
      archive,
      log,
      ledger: props.data.ledger,
      state: props.data.state,
      results: workgroup.results,
      resultsKey: encryptionKey,
    });
    this.addDetailsReader(props);
    new CfnOutput(this, 'AuditorRoleArn', {
      description: `Auditors assume this role and query workgroup ${ATHENA_WORKGROUP_NAME}`,
      value: auditor.role.roleArn,
    });
  }

  private addDetailsReader({ config, data, keys }: AuditStackProps): void {
    if (config.detailsReaders === undefined) return;
    const reader = new DetailsReaderRole(this, 'DetailsReader', {
      trustedPrincipals: config.detailsReaders,
      ledger: data.ledger,
      state: data.state,
      detailsKey: keys.details,
    });
    new CfnOutput(this, 'DetailsReaderRoleArn', {
      description: 'Whoever must read what an action was about assumes this role',
      value: reader.role.roleArn,
    });
  }
}
