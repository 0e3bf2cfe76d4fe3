import type { Assembly } from '../../contract.ts';
import { textAt } from './catalog.ts';

/** A named query of the templates. */
export interface NamedQuery {
  readonly NamedQueryId: string;
  readonly Name: string;
  readonly Description: string;
  readonly Database: string;
  readonly QueryString: string;
  readonly WorkGroup: string;
}

/** Named queries, in the order of the templates. */
export function readNamedQueries(assembly: Assembly): readonly NamedQuery[] {
  return assembly.byType('AWS::Athena::NamedQuery').map(({ ref, properties }) => ({
    NamedQueryId: ref,
    Name: textAt(properties, 'Name'),
    Description: textAt(properties, 'Description'),
    Database: textAt(properties, 'Database'),
    QueryString: textAt(properties, 'QueryString'),
    WorkGroup: textAt(properties, 'WorkGroup') || 'primary',
  }));
}

/** A workgroup of the templates. */
export interface WorkGroup {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly configuration: unknown;
}

/** Workgroups by name. */
export function readWorkGroups(assembly: Assembly): ReadonlyMap<string, WorkGroup> {
  return new Map(
    assembly.byType('AWS::Athena::WorkGroup').map(({ arn, properties }) => {
      const name = textAt(properties, 'Name');
      const description = textAt(properties, 'Description');
      return [name, { name, arn, description, configuration: properties['WorkGroupConfiguration'] ?? {} }];
    }),
  );
}
