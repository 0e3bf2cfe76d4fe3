import { AwsError } from '../../contract.ts';
import { isRawObject, listOf, objectOrEmpty } from '../../template/raw-template.ts';
import type { DatabaseClient } from './database-client.ts';
import type { TableDefinition } from './table-definition.ts';

/** What of a definition makes the table. */
export type TableShape = Pick<TableDefinition, 'name' | 'createInput' | 'indexes'>;

function shapeOf(schema: unknown): string {
  const elements = listOf(schema).filter(isRawObject);
  return elements.map((element) => `${String(element['AttributeName'])}:${String(element['KeyType'])}`).join(',');
}

async function describe(
  database: DatabaseClient,
  name: string,
): Promise<{ readonly [name: string]: unknown } | undefined> {
  try {
    return objectOrEmpty((await database.ask('DescribeTable', { TableName: name }))['Table']);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') {
      return undefined;
    }
    throw error;
  }
}

async function addMissingIndexes(
  database: DatabaseClient,
  definition: TableShape,
  present: ReadonlySet<unknown>,
): Promise<void> {
  for (const index of definition.indexes.filter((entry) => !present.has(entry['IndexName']))) {
    await database.ask('UpdateTable', {
      TableName: definition.name,
      AttributeDefinitions: definition.createInput['AttributeDefinitions'],
      GlobalSecondaryIndexUpdates: [{ Create: index }],
    });
  }
}

/**
 * Creates the table, or brings an existing one up to its template: missing indexes are added, nothing is removed.
 *
 * @throws {Error} where the stored table has another key; its data would be unreadable under the new one
 */
export async function createTable(database: DatabaseClient, definition: TableShape): Promise<void> {
  const existing = await describe(database, definition.name);
  if (existing === undefined) {
    await database.ask('CreateTable', definition.createInput);
    return;
  }
  const wanted = shapeOf(definition.createInput['KeySchema']);
  const stored = shapeOf(existing['KeySchema']);
  if (stored !== wanted) {
    throw new Error(`the table \`${definition.name}\` is stored with the key \`${stored}\`, expected \`${wanted}\``);
  }
  const present = listOf(existing['GlobalSecondaryIndexes']).filter(isRawObject);
  await addMissingIndexes(database, definition, new Set(present.map((index) => index['IndexName'])));
}
