import { Annotations, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { archiveLockDays, RECORD_CLASSES, retentionDays } from '../../core/records/record-classes.ts';
import { ArchiveBucket } from '../archive/archive-bucket.ts';
import { shortenedClasses } from '../config/retention.ts';
import type { DeploymentConfig } from '../config/schema.ts';
import { appenders, loaders, writersOf } from '../gate/gate-grants.ts';
import { LedgerTable } from '../ledger/ledger-table.ts';
import { LogBucket } from '../log/log-bucket.ts';
import { UserDirectory } from '../people/user-directory.ts';
import type { TrailFiles } from '../reconciliation/call-trail.ts';
import { CallTrail } from '../reconciliation/call-trail.ts';
import { RegistryTable } from '../registry/registry-table.ts';
import { StateTable } from '../state/state-table.ts';

/** Properties of {@link DataStack}. */
export interface DataStackProps extends StackProps {
  readonly config: DeploymentConfig;
}

/** Records and people: apart from code, so that no deployment of code can replace them. */
export class DataStack extends Stack {
  readonly state: StateTable;
  readonly registry: RegistryTable;
  readonly ledger: LedgerTable;
  readonly archive: ArchiveBucket;
  readonly log: LogBucket;
  readonly people: UserDirectory;
  /** AWS's record of calls. */
  readonly trail: TrailFiles;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const { archive, retention, signIn, approverGroups } = props.config;
    const kept = retentionDays(retention);
    this.state = new StateTable(this, 'State', {
      writers: {
        agents: writersOf('agents'),
        units: writersOf('units'),
        control: writersOf('control'),
        requests: writersOf('requests'),
        archive: writersOf('archive'),
        subjects: writersOf('subjects'),
        log: writersOf('log'),
        sequenced: writersOf('sequenced'),
        reconciliation: writersOf('reconciliation'),
        epochs: writersOf('epochs'),
        holds: writersOf('holds'),
        holding: writersOf('holding'),
        keys: writersOf('keys'),
      },
    });
    this.registry = new RegistryTable(this, 'Registry', { loaders: loaders() });
    this.ledger = new LedgerTable(this, 'Ledger', { appenders: appenders() });
    this.archive = new ArchiveBucket(this, 'Archive', {
      lock: archive.lock,
      lockDays: archiveLockDays(kept),
      readerAccount: archive.readerAccount,
    });
    this.log = new LogBucket(this, 'Log', {
      lock: archive.lock,
      lockDays: archiveLockDays(kept),
      readerAccount: archive.readerAccount,
    });
    this.people = new UserDirectory(this, 'People', { domainPrefix: signIn.domainPrefix, approverGroups });
    const { cloudTrailBucket: own, cloudTrailPrefix } = props.config.reconciliation;
    this.trail =
      own === undefined
        ? new CallTrail(this, 'Calls', { keptDays: kept.logs }).files
        : { bucketName: own, prefix: cloudTrailPrefix };
    for (const name of shortenedClasses(kept)) {
      Annotations.of(this).addWarningV2(
        `countersign:retention-${name}`,
        `${name} are kept ${kept[name]} days, shorter than ${RECORD_CLASSES[name].source} asks, following: ${retention[name]?.instead}`,
      );
    }
  }
}
