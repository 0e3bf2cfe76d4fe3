import fc from 'fast-check';

type Path = readonly (string | number)[];

const REPLACEMENTS: readonly unknown[] = [
  null,
  true,
  7,
  'x',
  '==',
  'All',
  '?principal',
  '?resource',
  [],
  {},
  { Var: 'principal' },
  { Var: 'nobody' },
  { Slot: '?principal' },
  { Value: { __extn: { fn: 'ip', arg: 'x' } } },
  { Value: { __extn: { fn: 'nothing', arg: 'x' } } },
  { type: 'Action', id: 'view' },
  { type: 'User', id: 'a' },
  { op: 'is', entity_type: 'User' },
  { op: '==', slot: '?principal' },
];

/** `json` with one place in it replaced, removed or given a member too many. */
export function mutated(json: unknown): fc.Arbitrary<unknown> {
  const paths = pathsIn(json, []);
  const replacement = fc.constantFrom(...REPLACEMENTS).map((value) => () => value);
  const addition = fc
    .constantFrom('extra', 'attr', 'in', 'slot')
    .map((name) => (old: unknown) => (isMembers(old) ? { ...old, [name]: 1 } : old));
  const removal = fc.constant(() => undefined);
  return fc
    .tuple(fc.constantFrom(...paths), fc.oneof({ weight: 3, arbitrary: replacement }, addition, removal))
    .map(([path, change]) => changedAt(json, path, change));
}

function isMembers(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function pathsIn(json: unknown, path: Path): Path[] {
  if (Array.isArray(json)) return [path, ...json.flatMap((member, index) => pathsIn(member, [...path, index]))];
  if (!isMembers(json)) return [path];
  return [path, ...Object.keys(json).flatMap((name) => pathsIn(json[name], [...path, name]))];
}

function changedAt(json: unknown, [step, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(json) ?? {};
  if (Array.isArray(json)) {
    return json.flatMap((member, index) =>
      index === step ? listed(changedAt(member, rest, change), rest, change) : [member],
    );
  }
  if (!isMembers(json)) return json;
  const entries = Object.entries(json).map(([name, member]): [string, unknown] => [
    name,
    name === step ? (rest.length === 0 ? change(member) : changedAt(member, rest, change)) : member,
  ]);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}

function listed(member: unknown, rest: Path, change: (old: unknown) => unknown): unknown[] {
  return rest.length === 0 && change(member) === undefined ? [] : [member];
}
