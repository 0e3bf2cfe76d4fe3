import fc from 'fast-check';
import type { CedarJson, CedarJsonObject } from '../../../../../core/gate/cedar/json.ts';

/** The types a generated value or expression is meant to have. */
export type Kind =
  | 'bool'
  | 'long'
  | 'string'
  | 'entity'
  | 'set'
  | 'record'
  | 'decimal'
  | 'ip'
  | 'datetime'
  | 'duration';

export const KINDS: readonly Kind[] = [
  'bool',
  'long',
  'string',
  'entity',
  'set',
  'record',
  'decimal',
  'ip',
  'datetime',
  'duration',
];

/** Attribute names by the kind they usually hold; some are names every JavaScript object inherits. */
export const ATTRIBUTES: Readonly<Record<Kind, readonly string[]>> = {
  bool: ['b', 'constructor'],
  long: ['n', '__proto__'],
  string: ['s', 'toString'],
  entity: ['e'],
  set: ['set', 'a b'],
  record: ['r', 'hasOwnProperty'],
  decimal: ['dec'],
  ip: ['ip'],
  datetime: ['dt'],
  duration: ['dur'],
};

export const ENTITY_TYPES = ['User', 'Group', 'App::Photo'] as const;
export const ENTITY_IDS = ['a', 'b', 'c', '__proto__', 'quo"te', ''] as const;
export const ACTION_IDS = ['view', 'edit', 'read', 'all', 'unknown'] as const;

export const entityUid = fc.record({ type: fc.constantFrom(...ENTITY_TYPES), id: fc.constantFrom(...ENTITY_IDS) });
export const actionUid = fc.record({
  type: fc.constantFrom('Action', 'Action', 'Action', 'App::Action'),
  id: fc.constantFrom(...ACTION_IDS),
});
export const anyUid = fc.oneof({ weight: 4, arbitrary: entityUid }, { weight: 1, arbitrary: actionUid });

/** Longs that JavaScript numbers hold, since the official package takes no others from JSON. */
export const long = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 86_400_000, 1_000, 4_294_967_296),
  fc.maxSafeInteger(),
);

export const text = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'abc', 'a*c', '*', '\\', 'view', '😀', 'a😀b', 'é', '"', '\n', '__proto__'),
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', '*'), maxLength: 8 }),
);

const sign = fc.constantFrom('', '', '-');
const digits = fc.oneof(fc.nat({ max: 12 }).map(String), fc.constantFrom('922337203685477', '00', '99999999999'));

export const decimalText = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(sign, digits, fc.constantFrom('0', '5', '50', '5807', '5808', '0001')) },
  { weight: 1, arbitrary: fc.tuple(sign, digits, fc.constantFrom('', '12345', 'x', '1.1')) },
);

const octet = fc.oneof(fc.constantFrom('127', '224', '10', '0', '255', '239'), fc.nat({ max: 260 }).map(String));
const group = fc.oneof(
  fc.constantFrom('0', '1', 'ff00', 'FE80', 'ffff'),
  fc.nat({ max: 0x1ffff }).map((n) => n.toString(16)),
);
const prefix = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.nat({ max: 34 }).map((bits) => `/${bits}`) },
  { weight: 1, arbitrary: fc.constantFrom('/128', '/129', '/064', '/120', '/127') },
);

export const ipText = fc
  .oneof(
    fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.')),
    fc.constantFrom(
      '127.0.0.1',
      '10.0.0.1',
      '224.0.0.5',
      '::1',
      '::',
      'ff02::1',
      '::ffff:1.2.3.4',
      '1::2::3',
      '10.0.0.01',
    ),
    fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
    fc
      .tuple(fc.array(group, { maxLength: 4 }), fc.array(group, { maxLength: 4 }))
      .map(([head, tail]) => `${head.join(':')}::${tail.join(':')}`),
  )
  .chain((address) => prefix.map((bits) => address + bits));

const twoDigits = (max: number) => fc.nat({ max }).map((n) => String(n).padStart(2, '0'));
const year = fc.oneof(
  fc.constantFrom('1970', '2024', '0000', '9999', '1900', '2000'),
  fc.nat({ max: 9999 }).map((n) => String(n).padStart(4, '0')),
);

export const datetimeText = fc
  .tuple(
    fc.tuple(year, twoDigits(13), twoDigits(31)).map((date) => date.join('-')),
    fc.oneof(
      fc.constant(''),
      fc
        .tuple(
          fc.tuple(twoDigits(24), twoDigits(60), twoDigits(60)).map((time) => `T${time.join(':')}`),
          fc.constantFrom('', '.000', '.999', '.5'),
          fc.oneof(
            fc.constant('Z'),
            fc.tuple(fc.constantFrom('+', '-'), twoDigits(24), twoDigits(60)).map((zone) => zone.join('')),
          ),
        )
        .map((time) => time.join('')),
    ),
  )
  .map((parts) => parts.join(''));

const quantity = (unit: string) =>
  fc.oneof(
    fc.constant(''),
    fc.oneof(fc.nat({ max: 90 }), fc.constantFrom('106751991167', '9223372036854775807')).map((n) => `${n}${unit}`),
  );

export const durationText = fc
  .tuple(sign, quantity('d'), quantity('h'), quantity('m'), quantity('s'), quantity('ms'))
  .map((parts) => parts.join(''));

/** Text for a constructor, mostly well-formed. */
export const constructorText = {
  decimal: decimalText.map(([minus, whole, fraction]) => `${minus}${whole}.${fraction}`),
  ip: ipText,
  datetime: datetimeText,
  duration: durationText,
} as const;

const WELL_FORMED = {
  decimal: ['0.0', '1.5', '-1.5', '922337203685477.5807'],
  ip: ['127.0.0.1', '10.0.0.0/8', '10.1.2.3', '::1', 'ff02::1/16'],
  datetime: ['1970-01-01', '2024-02-29T12:00:00Z', '1969-12-31T23:59:59.999Z', '2024-02-29T12:00:00.500Z'],
  duration: ['1d', '-1h30m', '0ms', '1500ms', '-1ms'],
} as const;

function extensionValue(name: keyof typeof WELL_FORMED): fc.Arbitrary<CedarJson> {
  return fc.constantFrom(...WELL_FORMED[name]).map((arg) => ({ __extn: { fn: name, arg } }));
}

/** JSON of a value of `kind`, in the explicit form, always convertible. */
export function valueJson(kind: Kind, depth = 2): fc.Arbitrary<CedarJson> {
  switch (kind) {
    case 'bool':
      return fc.boolean();
    case 'long':
      return long;
    case 'string':
      return text;
    case 'entity':
      return anyUid.map((uid) => ({ __entity: uid }));
    case 'set':
      return depth === 0 ? fc.constant([]) : fc.array(memberJson(depth - 1), { maxLength: 3 });
    case 'record':
      return depth === 0 ? fc.constant({}) : recordJson(depth - 1);
    default:
      return extensionValue(kind);
  }
}

function memberJson(depth: number): fc.Arbitrary<CedarJson> {
  return fc.constantFrom<Kind>('long', 'string', 'entity', ...KINDS).chain((kind) => valueJson(kind, depth));
}

/** A record in which attributes are often there and usually of the kind their name stands for. */
export function recordJson(depth = 2): fc.Arbitrary<CedarJsonObject> {
  const fields = KINDS.flatMap((kind) =>
    ATTRIBUTES[kind].map((name) =>
      fc
        .oneof(
          { weight: 5, arbitrary: valueJson(kind, depth).map((value) => ({ value })) },
          { weight: 1, arbitrary: memberJson(depth).map((value) => ({ value })) },
          { weight: 3, arbitrary: fc.constant(null) },
        )
        .map((field) => ({ name, field })),
    ),
  );
  return fc
    .tuple(...fields)
    .map((all) => Object.fromEntries(all.flatMap(({ name, field }) => (field === null ? [] : [[name, field.value]]))));
}
