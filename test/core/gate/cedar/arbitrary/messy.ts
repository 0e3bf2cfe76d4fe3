import fc from 'fast-check';
import type { CedarJson, CedarJsonObject } from '../../../../../core/gate/cedar/json.ts';
import { constructorText, text } from './values.ts';

const typeName = fc.constantFrom(
  'User',
  'A::B',
  'A::',
  '::A',
  'foo bar',
  'if',
  '__cedar',
  '__cedar::A',
  'A::true',
  '9a',
  'é',
  '',
  '_x',
);

/** Well-formed and broken `{ type, id }`. */
export const messyUid: fc.Arbitrary<CedarJson> = fc.oneof(
  { weight: 3, arbitrary: fc.record<CedarJsonObject>({ type: typeName, id: text }) },
  fc.constantFrom<CedarJson>(
    { type: 'User' },
    { id: 'a' },
    { type: 'User', id: 1 },
    { type: null, id: 'a' },
    'User::"a"',
    null,
  ),
  fc.constant({ type: 'User', id: 'a', more: 1 }),
);

const constructorName = fc.constantFrom('decimal', 'ip', 'datetime', 'duration', 'offset', 'isIpv4', 'nothing', '');

function messyCall(argument: fc.Arbitrary<CedarJson>): fc.Arbitrary<CedarJson> {
  const wellTyped = fc
    .constantFrom('decimal', 'ip', 'datetime', 'duration')
    .chain((fn) => constructorText[fn as keyof typeof constructorText].map((arg) => ({ fn, arg })));
  return fc.oneof(
    { weight: 3, arbitrary: wellTyped },
    fc.tuple(constructorName, argument).map(([fn, arg]) => ({ fn, arg })),
    fc.tuple(constructorName, fc.array(argument, { maxLength: 3 })).map(([fn, args]) => ({ fn, args })),
    fc.constantFrom<CedarJson>({ fn: 'ip' }, { arg: '::1' }, 'ip("::1")', null, 5, { fn: 5, arg: '::1' }),
  );
}

/** JSON that may or may not be a Cedar value: escapes in every shape, null, fractions. */
export const messyJson: fc.Arbitrary<CedarJson> = fc
  .letrec<{ json: CedarJson }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 6, arbitrary: fc.oneof(fc.boolean(), fc.integer(), text) },
      { weight: 1, arbitrary: fc.constantFrom<CedarJson>(null, 1.5, -0.25, 1e300) },
      { weight: 2, arbitrary: fc.array(tie('json'), { maxLength: 3 }) },
      {
        weight: 3,
        arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'type', 'id'), tie('json'), { maxKeys: 3 }),
      },
      { weight: 2, arbitrary: messyUid.map((uid) => ({ __entity: uid })) },
      { weight: 2, arbitrary: messyCall(tie('json')).map((call) => ({ __extn: call })) },
      { weight: 1, arbitrary: tie('json').map((json) => ({ __expr: json })) },
      { weight: 1, arbitrary: fc.tuple(messyUid, tie('json')).map(([uid, json]) => ({ __entity: uid, a: json })) },
    ),
  }))
  .json.map(asPlainObject);

/** `fc.dictionary` makes objects without a prototype, which the official package does not read as objects. */
function asPlainObject(json: CedarJson): CedarJson {
  if (Array.isArray(json)) return json.map(asPlainObject);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, member]) => [name, asPlainObject(member)]));
}

/** A context that may not be one. */
export const messyContext: fc.Arbitrary<CedarJson> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), messyJson, { maxKeys: 3 }).map(asPlainObject),
  },
  { weight: 1, arbitrary: messyJson.filter((json) => typeof json === 'object' && json !== null) },
);

/** Entities JSON that may break any of its rules. */
export const messyEntities: fc.Arbitrary<CedarJson> = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record(
          {
            uid: fc.oneof({ weight: 5, arbitrary: simpleUid() }, { weight: 1, arbitrary: messyUid }),
            attrs: fc.oneof(
              { weight: 3, arbitrary: fc.constant({}) },
              {
                weight: 2,
                arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), messyJson, { maxKeys: 2 }),
              },
            ),
            parents: fc.oneof(
              { weight: 5, arbitrary: fc.array(simpleUid(), { maxLength: 2 }) },
              { weight: 1, arbitrary: messyJson },
            ),
            tags: fc.dictionary(fc.constantFrom('a', 'b'), messyJson, { maxKeys: 2 }),
          },
          { requiredKeys: ['uid', 'attrs', 'parents'] },
        ),
      },
      { weight: 1, arbitrary: fc.record<CedarJsonObject>({ uid: simpleUid(), parents: fc.constant([]) }) },
    ),
    { maxLength: 4 },
  )
  .map((entities) => asPlainObject(entities as CedarJson));

function simpleUid(): fc.Arbitrary<CedarJson> {
  return fc
    .tuple(fc.constantFrom('User', 'Group', 'Action'), fc.constantFrom('a', 'b', 'c'), fc.boolean())
    .map(([type, id, escaped]) => (escaped ? { __entity: { type, id } } : { type, id }));
}
