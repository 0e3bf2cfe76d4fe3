import { describe, expect, it } from 'vitest';
import { parseCedarJson } from '../../../../core/gate/cedar/json.ts';
import { parsePolicyText, splitPolicies } from '../../../../core/gate/cedar/policy-text.ts';
import { officialParser } from './support.ts';

const PERMIT = 'permit(principal, action, resource)';

describe('splitPolicies', () => {
  it('splits at the end of policies only when strings and comments hold semicolons', () => {
    const first = `// a; "b\n@note("x;\\"y;")\n${PERMIT};`;
    const second = `\n${PERMIT} when { "//;" == ";" };`;
    expect(splitPolicies(`${first}${second}\n// the end;`)).toEqual([first, second]);
  });

  it('keeps an unfinished policy when the text does not end in a semicolon', () => {
    expect(splitPolicies(`${PERMIT};permit`)).toEqual([`${PERMIT};`, 'permit']);
  });
});

describe('parsePolicyText', () => {
  it('keeps the order of the text when there are more than ten policies and templates among them', () => {
    const template = 'permit(principal == ?principal, action, resource);';
    const text = Array.from({ length: 12 }, (_, index) => (index === 5 ? template : `@n("${index}") ${PERMIT};`)).join(
      '\n',
    );
    const parsed = parsePolicyText(text, officialParser);
    expect(parsed.map((policy) => policy.kind).indexOf('template')).toBe(5);
    expect(parsed[10]?.json).toMatchObject({ annotations: { n: '10' } });
    expect(parsed[5]?.text).toBe(template);
  });

  it('keeps integers exact when a number cannot hold them', () => {
    const text = `${PERMIT} when { [9223372036854775807, -9223372036854775808, 9007199254740993, 7, "9007199254740993"] };`;
    const [policy] = parsePolicyText(text, officialParser);
    expect(policy?.json).toMatchObject({
      conditions: [
        {
          body: {
            Set: [
              { Value: 9223372036854775807n },
              { Value: -9223372036854775808n },
              { Value: 9007199254740993n },
              { Value: 7 },
              { Value: '9007199254740993' },
            ],
          },
        },
      ],
    });
  });

  it('leaves text alone when it looks like a marked integer', () => {
    const text = `${PERMIT} when { "integer:1" == context.x && 9007199254740993 > 0 };`;
    expect(JSON.stringify(parsePolicyText(text, officialParser)[0]?.json, bigintsAsText)).toContain(
      '{"Value":"integer:1"}',
    );
  });

  it('refuses the text and says which policy when the parser does not take it', () => {
    const parse = () => parsePolicyText(`${PERMIT}; permit(;`, officialParser);
    expect(parse).toThrow(expect.objectContaining({ code: 'malformed_policy_set' }));
    expect(parse).toThrow('policy 1');
  });
});

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

describe('parseCedarJson', () => {
  it('keeps integers exact and own `__proto__` members when they are in the text', () => {
    const json = parseCedarJson('{"max": 9223372036854775807, "one": 1, "half": 0.5, "__proto__": {"x": 1}}');
    expect(json).toHaveProperty('max', 9223372036854775807n);
    expect(json).toHaveProperty('one', 1);
    expect(json).toHaveProperty('half', 0.5);
    expect(Object.keys(json ?? {})).toContain('__proto__');
  });

  it('refuses text that is not JSON', () => {
    expect(() => parseCedarJson('{')).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });
});
