/** A column as `name:type` writes it. */
export interface ColumnSpec {
  readonly name: string;
  /** A Hive type such as `bigint` or `array<string>`. */
  readonly type: string;
}

const TRINO_TYPES: { readonly [hive: string]: string } = { string: 'varchar', int: 'integer' };

/** The Trino name of a Hive type: a view's text uses Trino's, its table entry Hive's. */
export function trinoType(hive: string): string {
  const inner = /^array<(.+)>$/.exec(hive)?.[1];
  if (inner !== undefined) return `array(${trinoType(inner)})`;
  return TRINO_TYPES[hive] ?? hive;
}

/** The Hive name of a type written either way. */
export function hiveType(type: string): string {
  const inner = /^array[<(](.+)[>)]$/.exec(type)?.[1];
  if (inner !== undefined) return `array<${hiveType(inner)}>`;
  if (/^varchar(\(\d+\))?$/.test(type)) return 'string';
  if (/^timestamp/.test(type)) return 'timestamp';
  return type === 'integer' ? 'int' : type;
}
