import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../../../core/gate/bundle.ts';
import { redactParams, WITHHELD } from '../../../../core/gate/facts/redact.ts';
import { buildBundle } from '../../../../tools/build-bundle.ts';

const SECRETS = /^(password|pin|cvv|new_pin|current_pin)$/;

describe('redactParams', () => {
  it('replaces what is confidential and nothing else', () => {
    expect(redactParams({ pin: '1234', card_id: 'c1' }, ['/pin', '/cvv'])).toEqual({ pin: WITHHELD, card_id: 'c1' });
  });

  it('leaves the original as it was', () => {
    const params = { pin: '1234' };
    redactParams(params, ['/pin']);

    expect(params).toEqual({ pin: '1234' });
  });

  it.each([
    [{ a: { b: 1, c: 2 } }, '/a/b', { a: { b: WITHHELD, c: 2 } }],
    [{ a: ['secret'] }, '/a/0', { a: WITHHELD }],
    [{ 'a/b': 1 }, '/a~1b', { 'a/b': WITHHELD }],
    [{}, '/constructor', {}],
  ])('withholds in %j what %s names', (params, pointer, redacted) => {
    expect(redactParams(params, [pointer])).toEqual(redacted);
  });

  it('has every secret parameter of the catalogue marked', () => {
    for (const [type, entry] of compileBundle(buildBundle()).catalogue) {
      const secrets = [...entry.params.properties.keys()].filter((name) => SECRETS.test(name));
      expect(
        secrets.filter((name) => !entry.confidential.includes(`/${name}`)),
        type,
      ).toEqual([]);
    }
  });
});
