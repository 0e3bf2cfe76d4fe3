import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { readSqlFiles, readViewFiles } from '../../../lib/audit/sql-files.ts';
import { buildApp, ROOT_DIR, resources, templateOf } from '../support/synthesize.ts';

const template = templateOf(buildApp(), 'CountersignAudit');
const tables = [...resources(template, 'AWS::Glue::Table').values()].map(({ properties }) =>
  Object(properties['TableInput']),
);

describe('the catalogue', () => {
  it('projects partitions past today, because a date out of range gives no rows and no error', () => {
    const events = tables.find((table) => table.Name === 'events');
    expect(events.Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': '2026-01-01,NOW+1DAY',
    });
    expect(JSON.stringify(events.Parameters['storage.location.template'])).toMatch(/\/events\/dt=\$\{dt\}\//);
    expect(events.PartitionKeys).toEqual([{ Name: 'dt', Type: 'string' }]);
    expect(events.StorageDescriptor.SerdeInfo.SerializationLibrary).toBe('org.openx.data.jsonserde.JsonSerDe');
    expect(
      events.StorageDescriptor.Columns.map((column: { Name: string; Type: string }) => `${column.Name}:${column.Type}`),
    ).toEqual([
      'v:string',
      'type:string',
      'chain:string',
      'seq:bigint',
      'prev:string',
      'id:string',
      'time:string',
      'agent:string',
      'frameworkrefs:array<string>',
      'data:string',
    ]);
  });

  it('holds every view with its statement when the files are read', () => {
    const views = readViewFiles(join(ROOT_DIR, 'audit/views'));
    const held = tables.filter((table) => table.TableType === 'VIRTUAL_VIEW');
    expect(held.map((table) => table.Name).sort()).toEqual(views.map((view) => view.name).sort());
    for (const table of held) {
      const encoded = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/.exec(table.ViewOriginalText)?.[1] ?? '';
      const definition = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
      expect(definition).toMatchObject({ catalog: 'awsdatacatalog', schema: 'countersign' });
      expect(definition.originalSql).toMatch(/^(select|with)\b/i);
      expect(definition.columns).toHaveLength(table.StorageDescriptor.Columns.length);
    }
  });
});

describe('the workgroup', () => {
  it('enforces its own settings when a client brings others', () => {
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: 'countersign-audit',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 100_000_000_000,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: Match.anyValue() } },
      },
    });
  });

  it('offers every query of the folder by name', () => {
    const offered = [...resources(template, 'AWS::Athena::NamedQuery').values()].map(
      ({ properties }) => properties['Name'],
    );
    expect(offered.sort()).toEqual(readSqlFiles(join(ROOT_DIR, 'audit/queries')).map((query) => query.name));
  });

  it('lets results expire, unlike the archive', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: Match.absent(),
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, Status: 'Enabled' })] },
    });
  });
});

describe('the auditor', () => {
  it('writes nothing but query results', () => {
    const [policy] = [...resources(template, 'AWS::IAM::Policy').values()];
    const statements: readonly { Action: unknown; Sid: string }[] = Object(
      policy?.properties['PolicyDocument'],
    ).Statement;
    const writing = statements.filter(({ Action }) =>
      /:(Put|Delete|Create|Update|Bypass)/.test(JSON.stringify(Action)),
    );
    expect(writing.map(({ Sid }) => Sid)).toEqual(['KeepResults']);
  });
});
