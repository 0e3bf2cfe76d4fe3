import { BlockList, isIP } from 'node:net';
import { isRawObject, textsOf } from '../template/raw-template.ts';
import type { RequestContext } from './request-context.ts';
import { compileArn, compileText, type TextMatcher } from './text-pattern.ts';

/**
 * Condition blocks. Kept: String*, Arn*, Numeric*, Date*, Bool, BinaryEquals, IpAddress, Null, `…IfExists`,
 * `ForAllValues:` and `ForAnyValue:`. A key without a value follows AWS: it fails a positive operator, satisfies a
 * negated one, `…IfExists` and `ForAllValues:`. Where a key has several values and the operator no set prefix, AWS leaves
 * the outcome open; here an Allow needs every value to fit and a Deny needs one.
 */

/** `unknown` when an operator is not known: an Allow must then not count, and a Deny must. */
export type ConditionOutcome = 'met' | 'unmet' | 'unknown';

/** A compiled condition block. */
export type Condition = (context: RequestContext) => ConditionOutcome;

interface Operator {
  readonly negated: boolean;
  compile(text: string): TextMatcher;
}

function numeric(compare: (value: number, limit: number) => boolean, negated = false): Operator {
  return {
    negated,
    compile: (text) => {
      const limit = text.trim() === '' ? Number.NaN : Number(text);
      return (value) => value.trim() !== '' && compare(Number(value), limit);
    },
  };
}

function epochMs(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
}

function dated(compare: (value: number, limit: number) => boolean, negated = false): Operator {
  return {
    negated,
    compile: (text) => {
      const limit = epochMs(text);
      return (value) => compare(epochMs(value), limit);
    },
  };
}

function literal(negated: boolean, ignoreCase = false): Operator {
  return { negated, compile: (text) => compileText(text, { wildcards: false, ignoreCase }) };
}

function like(negated: boolean): Operator {
  return { negated, compile: (text) => compileText(text, { wildcards: true }) };
}

function arn(negated: boolean): Operator {
  return { negated, compile: compileArn };
}

function inBlock(negated: boolean): Operator {
  return {
    negated,
    compile: (text) => {
      const [address = '', bits] = text.split('/');
      const family = isIP(address);
      if (family === 0) {
        return () => false;
      }
      const block = new BlockList();
      const name = family === 4 ? 'ipv4' : 'ipv6';
      block.addSubnet(address, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), name);
      return (value) => isIP(value) !== 0 && block.check(value, isIP(value) === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['stringequals', literal(false)],
  ['stringnotequals', literal(true)],
  ['stringequalsignorecase', literal(false, true)],
  ['stringnotequalsignorecase', literal(true, true)],
  ['stringlike', like(false)],
  ['stringnotlike', like(true)],
  ['arnequals', arn(false)],
  ['arnlike', arn(false)],
  ['arnnotequals', arn(true)],
  ['arnnotlike', arn(true)],
  ['numericequals', numeric((value, limit) => value === limit)],
  ['numericnotequals', numeric((value, limit) => value === limit, true)],
  ['numericlessthan', numeric((value, limit) => value < limit)],
  ['numericlessthanequals', numeric((value, limit) => value <= limit)],
  ['numericgreaterthan', numeric((value, limit) => value > limit)],
  ['numericgreaterthanequals', numeric((value, limit) => value >= limit)],
  ['dateequals', dated((value, limit) => value === limit)],
  ['datenotequals', dated((value, limit) => value === limit, true)],
  ['datelessthan', dated((value, limit) => value < limit)],
  ['datelessthanequals', dated((value, limit) => value <= limit)],
  ['dategreaterthan', dated((value, limit) => value > limit)],
  ['dategreaterthanequals', dated((value, limit) => value >= limit)],
  ['bool', literal(false, true)],
  ['binaryequals', literal(false)],
  ['ipaddress', inBlock(false)],
  ['notipaddress', inBlock(true)],
]);

function compileNull(key: string, wanted: readonly string[]): Condition {
  return (context) => (wanted.includes(context.has(key) ? 'false' : 'true') ? 'met' : 'unmet');
}

function outcome(met: boolean): ConditionOutcome {
  return met ? 'met' : 'unmet';
}

/** Compiles one operator with one key. */
function compileTest(
  operatorText: string,
  key: string,
  wanted: readonly string[],
  effect: 'Allow' | 'Deny',
): Condition {
  const [, prefix, name = '', suffix] =
    /^(forallvalues:|foranyvalue:)?(.*?)(ifexists)?$/.exec(operatorText.toLowerCase()) ?? [];
  if (name === 'null' && suffix === undefined && prefix === undefined) {
    return compileNull(
      key,
      wanted.map((value) => value.toLowerCase()),
    );
  }
  const operator = operators.get(name);
  if (operator === undefined) {
    return () => 'unknown';
  }
  const matchers = wanted.map((value) => operator.compile(value));
  const whenAbsent = outcome(
    suffix !== undefined || prefix === 'forallvalues:' || (prefix === undefined && operator.negated),
  );
  const needsEvery = prefix === 'forallvalues:' || (prefix === undefined && effect === 'Allow');
  return (context) => {
    const values = context.get(key);
    if (values === undefined) {
      return whenAbsent;
    }
    const fits = (value: string): boolean => matchers.some((matches) => matches(value, context)) !== operator.negated;
    return outcome(needsEvery ? values.every(fits) : values.some(fits));
  };
}

function scalarTexts(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return textsOf(
    list.map((entry) => (typeof entry === 'boolean' || typeof entry === 'number' ? String(entry) : entry)),
  );
}

/** Compiles a statement's `Condition` element; an absent one is always met. */
export function compileConditions(element: unknown, effect: 'Allow' | 'Deny'): Condition {
  const tests: Condition[] = [];
  for (const [operator, keys] of Object.entries(isRawObject(element) ? element : {})) {
    if (!isRawObject(keys)) {
      tests.push(() => 'unknown');
      continue;
    }
    for (const [key, wanted] of Object.entries(keys)) {
      tests.push(compileTest(operator, key.toLowerCase(), scalarTexts(wanted), effect));
    }
  }
  return (context) => {
    let combined: ConditionOutcome = 'met';
    for (const test of tests) {
      const result = test(context);
      if (result === 'unmet') {
        return 'unmet';
      }
      combined = result === 'unknown' ? 'unknown' : combined;
    }
    return combined;
  };
}
