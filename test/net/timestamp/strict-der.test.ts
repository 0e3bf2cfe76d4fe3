import { describe, expect, it } from 'vitest';
import { isStrictDer, leadingValueLength } from '../../../net/timestamp/strict-der.ts';

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const text = (tag: string, content: string): string =>
  `${tag}${content.length.toString(16).padStart(2, '0')}${Buffer.from(content).toString('hex')}`;

describe('DER', () => {
  it.each([
    ['an empty sequence', '3000'],
    ['an integer', '020101'],
    ['a negative integer', '0201ff'],
    ['an integer whose first bit is set', '02020080'],
    ['true', '0101ff'],
    ['false', '010100'],
    ['null', '0500'],
    ['an identifier of several bytes a part', '06032a8648'],
    ['a set in a sequence', '3005 3103 020101'],
    ['a context value with values', 'a003 020101'],
    ['a length of 128', `0481 80${'00'.repeat(128)}`],
    ['a time', text('18', '20261121093000Z')],
    ['a time with a fraction', text('18', '20261121093000.25Z')],
    ['a time of two-digit year', text('17', '261121093000Z')],
  ])('is accepted when it is %s', (_name, hex) => {
    expect(isStrictDer(bytesOf(hex))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['an indefinite length', '3080 0000'],
    ['a length in more bytes than needed', '0481 01 00'],
    ['a length with a leading zero', `0482 0080${'00'.repeat(128)}`],
    ['a length of four bytes', '0484 00000001 00'],
    ['a length past the end', '0402 00'],
    ['a length that is cut', '0482 01'],
    ['a value past the end of its sequence', '3003 020201'],
    ['a byte after it', '0500 00'],
    ['true in another spelling', '010101'],
    ['a boolean of two bytes', '0102 ffff'],
    ['an integer without content', '0200'],
    ['an integer with a leading zero', '02020001'],
    ['a negative integer with a leading one', '0202ff80'],
    ['null with content', '050100'],
    ['an identifier that ends in a part', '06022a86'],
    ['an identifier with a padded part', '06032a8001'],
    ['an empty identifier', '0600'],
    ['a bit string without its count', '0300'],
    ['a bit string of nine unused bits', '03020900'],
    ['a string in parts', '2404 04020102'],
    ['a sequence that is primitive', '1000'],
    ['a tag of two bytes', '1f8101 00'],
    ['a time with an offset', text('18', '20261121093000+0100')],
    ['a time without seconds', text('18', '202611210930Z')],
    ['a time whose fraction ends in zero', text('18', '20261121093000.250Z')],
    ['a time of two-digit year without seconds', text('17', '2611210930Z')],
  ])('is refused when it is %s', (_name, hex) => {
    expect(isStrictDer(bytesOf(hex))).toBe(false);
  });

  it('is refused when it nests deeper than any certificate', () => {
    const nested = (depth: number): string => {
      let hex = '0500';
      for (let level = 0; level < depth; level += 1) hex = `30${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
      return hex;
    };
    expect(isStrictDer(bytesOf(nested(32)))).toBe(true);
    expect(isStrictDer(bytesOf(nested(33)))).toBe(false);
  });

  it('tells where its first value ends when more follows', () => {
    expect(leadingValueLength(bytesOf('0500 00'))).toBe(2);
    expect(leadingValueLength(bytesOf('0501'))).toBeUndefined();
  });
});
