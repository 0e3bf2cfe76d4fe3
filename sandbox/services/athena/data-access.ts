import type { Caller, SandboxContext } from '../../contract.ts';
import type { CatalogTable, CatalogView } from './catalog.ts';
import type { TableContents } from './query-engine.ts';
import type { CurrentObject, ListCurrent } from './table-loader.ts';
import { namesIn } from './trino-sql.ts';

type Catalog = readonly (CatalogTable | CatalogView)[];

// Athena reads the catalogue and the data as the caller, which policies can tell from a direct call.
const VIA_ATHENA = { 'aws:ViaAWSService': true, 'aws:CalledVia': ['athena.amazonaws.com'] } as const;

/**
 * Checks what Athena checks before a query reads anything: `glue:GetTable` on every table and view the statement
 * names, directly or through views, and `s3:ListBucket` and `s3:GetObject` on what lies beneath. Results stay in
 * memory, so the caller's right to write them to the results bucket is not checked.
 *
 * @returns the objects to read, by table
 * @throws {AwsError} access denied, as the service that refuses says it
 */
export async function authorizeData(
  context: Pick<SandboxContext, 'assembly' | 'authorizer'>,
  caller: Caller,
  catalog: Catalog,
  sql: string,
  listCurrent: ListCurrent,
): Promise<TableContents> {
  const used = mentioned(catalog, sql);
  for (const entry of used) authorizeTable(context, caller, entry);
  const contents = new Map<CatalogTable, readonly CurrentObject[]>();
  for (const entry of used) {
    if (entry.kind === 'view') continue;
    const bucketArn = `arn:aws:s3:::${entry.bucket}`;
    context.authorizer.authorize(caller, 's3:ListBucket', bucketArn, { ...VIA_ATHENA, 's3:prefix': entry.prefix });
    const objects = await listCurrent(entry.bucket, entry.prefix);
    for (const { key } of objects)
      context.authorizer.authorize(caller, 's3:GetObject', `${bucketArn}/${key}`, VIA_ATHENA);
    contents.set(entry, objects);
  }
  return contents;
}

/** The entries a statement names, and those their views name in turn. */
function mentioned(catalog: Catalog, sql: string): ReadonlySet<CatalogTable | CatalogView> {
  const found = new Set<CatalogTable | CatalogView>();
  const visit = (statement: string) => {
    const names = namesIn(statement);
    for (const entry of catalog) {
      if (found.has(entry) || !names.has(entry.name)) continue;
      found.add(entry);
      if (entry.kind === 'view') visit(entry.sql);
    }
  };
  visit(sql);
  return found;
}

function authorizeTable(
  { assembly, authorizer }: Pick<SandboxContext, 'assembly' | 'authorizer'>,
  caller: Caller,
  entry: CatalogTable | CatalogView,
): void {
  const glue = `arn:aws:glue:${assembly.region}:${assembly.accountId}`;
  const arns = [
    `${glue}:catalog`,
    `${glue}:database/${entry.database}`,
    `${glue}:table/${entry.database}/${entry.name}`,
  ];
  for (const arn of arns) authorizer.authorize(caller, 'glue:GetTable', arn, VIA_ATHENA);
}
