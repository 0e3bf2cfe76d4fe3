import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

const CODE = 'canonical_form';

/** Texts that are, and are not, canonical JSON. */
export function canonicalVectors(): VectorFile {
  const about =
    'Whether a text is RFC 8785 canonical JSON, byte for byte: parsed and written again it must be the same text.';
  const good = GOOD.map(([name, text]) => accepted(name, { text }));
  const wrong = [...ORDER, ...SPACE, ...NUMBERS, ...STRINGS, ...NO_JSON].map(
    ([name, text]): Vector => refusal(name, { text }, CODE),
  );
  return { kind: 'canonical-json', about, vectors: [...good, ...wrong] };
}

type Case = readonly [name: string, text: string];

const GOOD: readonly Case[] = [
  ['an empty object', '{}'],
  ['an empty array', '[]'],
  ['a number', '1'],
  ['a string', '"a"'],
  ['null', 'null'],
  ['nested', '{"a":[1,{"b":null}],"c":"d"}'],
  ['keys by code unit, not by code point', '{"\u20ac":1,"\ud83d\ude00":2,"\ufb33":3}'],
  ['capitals before small letters', '{"A":1,"B":2,"a":3}'],
  ['digits as text', '{"1":1,"10":2,"2":3}'],
  ['the empty key first', '{"":1,"a":2}'],
  ['short escapes', '"\\b\\t\\n\\f\\r\\"\\\\"'],
  ['escapes in small hexadecimal', '"\\u0000\\u001f"'],
  ['characters that need no escape', '"\u007f\u0080\u2028\u2029/é€😀"'],
  ['the largest exact integer', '9007199254740991'],
  ['a fraction', '0.1'],
  ['an exponent with its sign', '1e+21'],
  ['a small exponent', '1e-7'],
  ['a key named __proto__', '{"__proto__":1}'],
];

const ORDER: readonly Case[] = [
  ['keys out of order', '{"b":1,"a":2}'],
  ['keys out of order inside', '{"a":{"c":1,"b":2}}'],
  ['keys out of order in an array', '[{"b":1,"a":2}]'],
  ['keys in numeric order', '{"1":1,"2":2,"10":3}'],
  ['keys by code point', '{"\u20ac":1,"\ufb33":3,"\ud83d\ude00":2}'],
  ['keys without regard to case', '{"a":1,"B":2}'],
  ['a key twice, same value', '{"a":1,"a":1}'],
  ['a key twice, other value', '{"a":1,"a":2}'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
  ['a key twice, apart', '{"a":1,"b":2,"a":3}'],
  ['a key twice inside', '{"a":{"b":1,"b":2}}'],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
];

const SPACE: readonly Case[] = [
  ['a space after a colon', '{"a": 1}'],
  ['a space after a comma', '[1, 2]'],
  ['a space first', ' {}'],
  ['a line feed last', '{}\n'],
  ['a tab inside', '{\t}'],
  ['a byte order mark', '\ufeff{}'],
  ['indented', '{\n  "a": 1\n}'],
];

const NUMBERS: readonly Case[] = [
  ['a trailing zero', '1.0'],
  ['two trailing zeros', '1.00'],
  ['minus zero', '-0'],
  ['an exponent for an integer', '1e3'],
  ['a capital exponent', '1E+21'],
  ['an exponent without its sign', '1e21'],
  ['an exponent with a zero', '1e-07'],
  ['a fraction too long', '0.10000000000000001'],
  ['an integer beyond 2^53', '9007199254740993'],
  ['an integer written out', '1000000000000000000000'],
  ['a number too large', '1e400'],
  ['a number too small', '1e-400'],
  ['a leading zero', '01'],
  ['a plus sign', '+1'],
  ['no integer part', '.5'],
  ['no fraction part', '5.'],
  ['hexadecimal', '0x10'],
  ['infinity', 'Infinity'],
  ['not a number', 'NaN'],
];

const STRINGS: readonly Case[] = [
  ['an escaped letter', '"\\u0061"'],
  ['an escaped letter in a key', '{"\\u0061":1}'],
  ['an escaped slash', '"\\/"'],
  ['an escaped letter beyond ascii', '"\\u00e9"'],
  ['an escaped pair', '"\\ud83d\\ude00"'],
  ['a long escape for a line feed', '"\\u000a"'],
  ['an escape in capitals', '"\\u001F"'],
  ['an escaped delete character', '"\\u007f"'],
  ['a lone high surrogate', '"\\ud83d"'],
  ['a lone low surrogate', '"\\ude00"'],
  ['surrogates exchanged', '"\\ude00\\ud83d"'],
  ['a line feed in a string', '"a\nb"'],
  ['a null character in a string', '"a\u0000b"'],
  ['single quotes', "'a'"],
  ['an unknown escape', '"\\a"'],
  ['an escape for an apostrophe', '"\\\'"'],
];

const NO_JSON: readonly Case[] = [
  ['nothing', ''],
  ['two values', '{}{}'],
  ['a trailing comma', '[1,]'],
  ['a trailing comma in an object', '{"a":1,}'],
  ['a comment', '{}//'],
  ['a key without quotes', '{a:1}'],
  ['a word', 'undefined'],
  ['a capital literal', 'True'],
  ['an object not closed', '{"a":1'],
  ['an array not closed', '[1'],
  ['a string not closed', '"a'],
  ['something after the end', '{}x'],
];
