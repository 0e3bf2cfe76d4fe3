import type { JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { FactKind } from '../cedar/context-shape.ts';
import type { Formula } from './formula.ts';
import { and, FALSE, iff, isPositive, not, or, TRUE } from './formula.ts';
import type { Linear } from './linear.ts';
import { addScaled, linearConstant, linearFact, rangeOf } from './linear.ts';

/** Thrown for a rule that says more than facts can tell; what cannot be analysed is not deployed. */
export class UnprovableRule extends Error {
  readonly code = 'unprovable_rule';
}

/** What the facts of one action type are called and, for those the catalogue fixes, what they are. */
export interface FactNames {
  readonly kinds: ReadonlyMap<string, FactKind>;
  readonly constants: ReadonlyMap<string, bigint>;
}

type Term =
  | { readonly kind: 'boolean'; readonly formula: Formula }
  | { readonly kind: 'integer'; readonly linear: Linear }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'names'; readonly path: string }
  | { readonly kind: 'list'; readonly items: readonly Term[] }
  | { readonly kind: 'path'; readonly path: string };

/**
 * What a policy's scope and conditions say about principal, resource and facts, as a formula.
 *
 * @throws {UnprovableRule} on anything but facts, integers, names in lists and what combines them
 */
export function policyFormula(policy: JsonValue | undefined, names: FactNames): Formula {
  if (!isJsonObject(policy)) throw new UnprovableRule('expected a policy');
  for (const subject of ['principal', 'resource']) {
    const scope = policy[subject];
    if (!isJsonObject(scope) || String(scope['op']).toLowerCase() !== 'all')
      throw new UnprovableRule(`expected no constraint on the ${subject}, only facts`);
  }
  const conditions = Array.isArray(policy['conditions']) ? policy['conditions'] : [];
  const clauses = conditions.filter(isJsonObject).map((condition) => {
    const formula = booleanOf(translate(condition['body'], names));
    return condition['kind'] === 'unless' ? not(formula) : formula;
  });
  return and(...clauses);
}

function translate(json: JsonValue | undefined, names: FactNames): Term {
  const [operator = '', ...others] = isJsonObject(json) ? Object.keys(json) : [];
  const body = isJsonObject(json) && others.length === 0 ? json[operator] : undefined;
  if (operator === 'Value') return literal(body);
  if (operator === 'Var' && body === 'context') return { kind: 'path', path: '' };
  if (operator === 'Set' && Array.isArray(body))
    return { kind: 'list', items: body.map((item) => translate(item, names)) };
  if (!isJsonObject(body)) throw unsupported(operator);
  const operand = (name: string): Term => translate(body[name], names);
  switch (operator) {
    case '.':
      return factAt(operand('left'), body['attr'], names);
    case 'has':
      return { kind: 'boolean', formula: hasFact(operand('left'), body['attr'], names) };
    case '!':
      return { kind: 'boolean', formula: not(booleanOf(operand('arg'))) };
    case 'if-then-else':
      return choice(booleanOf(operand('if')), booleanOf(operand('then')), booleanOf(operand('else')));
    default:
      return binary(operator, operand('left'), operand('right'));
  }
}

function binary(operator: string, left: Term, right: Term): Term {
  const boolean = (formula: Formula): Term => ({ kind: 'boolean', formula });
  switch (operator) {
    case '&&':
      return boolean(and(booleanOf(left), booleanOf(right)));
    case '||':
      return boolean(or(booleanOf(left), booleanOf(right)));
    case '==':
      return boolean(equals(left, right));
    case '!=':
      return boolean(not(equals(left, right)));
    case '<':
      return boolean(isLess(left, right));
    case '>':
      return boolean(isLess(right, left));
    case '<=':
      return boolean(not(isLess(right, left)));
    case '>=':
      return boolean(not(isLess(left, right)));
    case '+':
    case '-':
      return integer(addScaled(integerOf(left), integerOf(right), operator === '+' ? 1n : -1n));
    case '*':
      return integer(product(integerOf(left), integerOf(right)));
    case 'contains':
      return boolean(contains(left, right));
    case 'containsAny':
      return boolean(or(...itemsOf(right).map((item) => contains(left, item))));
    case 'containsAll':
      return boolean(and(...itemsOf(right).map((item) => contains(left, item))));
    default:
      throw unsupported(operator);
  }
}

/** Cedar's integers have 64 bits; a rule whose sums could leave them could err, and then nothing is allowed. */
function integer(linear: Linear): Term {
  const { least, greatest } = rangeOf(linear.facts);
  if (least + linear.constant < -(2n ** 63n) || greatest + linear.constant >= 2n ** 63n)
    throw new UnprovableRule('expected integers that fit 64 bits for all facts');
  return { kind: 'integer', linear };
}

function literal(value: JsonValue | undefined): Term {
  if (typeof value === 'boolean') return { kind: 'boolean', formula: value ? TRUE : FALSE };
  if (typeof value === 'number' && Number.isSafeInteger(value))
    return { kind: 'integer', linear: linearConstant(BigInt(value)) };
  if (typeof value === 'string') return { kind: 'text', text: value };
  throw unsupported('Value');
}

function factAt(owner: Term, attribute: JsonValue | undefined, { kinds, constants }: FactNames): Term {
  if (owner.kind !== 'path' || typeof attribute !== 'string') throw unsupported('.');
  const path = owner.path === '' ? attribute : `${owner.path}.${attribute}`;
  const constant = constants.get(path);
  if (constant !== undefined) return { kind: 'integer', linear: linearConstant(constant) };
  switch (kinds.get(path)) {
    case 'flag':
      return { kind: 'boolean', formula: { kind: 'flag', path } };
    case 'integer':
      return { kind: 'integer', linear: linearFact(path) };
    case 'names':
      return { kind: 'names', path };
    case undefined:
      if (isPrefix(path, kinds, constants)) return { kind: 'path', path };
      throw new UnprovableRule(`expected a fact, got \`${path}\``);
  }
}

/** Every fact is always there: a decision with a fact missing is denied before any rule is looked at. */
function hasFact(owner: Term, attribute: JsonValue | undefined, { kinds, constants }: FactNames): Formula {
  if (owner.kind !== 'path') throw unsupported('has');
  const steps = Array.isArray(attribute) ? attribute.map(String) : [String(attribute)];
  const path = [...(owner.path === '' ? [] : [owner.path]), ...steps].join('.');
  return kinds.has(path) || constants.has(path) || isPrefix(path, kinds, constants) ? TRUE : FALSE;
}

function isPrefix(path: string, ...maps: readonly ReadonlyMap<string, unknown>[]): boolean {
  return maps.some((map) => [...map.keys()].some((key) => key.startsWith(`${path}.`)));
}

function choice(condition: Formula, consequent: Formula, alternative: Formula): Term {
  return { kind: 'boolean', formula: or(and(condition, consequent), and(not(condition), alternative)) };
}

function equals(left: Term, right: Term): Formula {
  if (left.kind === 'boolean' && right.kind === 'boolean') return iff(left.formula, right.formula);
  if (left.kind === 'text' && right.kind === 'text') return left.text === right.text ? TRUE : FALSE;
  return not(or(isLess(left, right), isLess(right, left)));
}

function isLess(left: Term, right: Term): Formula {
  return isPositive(addScaled(integerOf(right), integerOf(left), -1n));
}

function contains(list: Term, item: Term): Formula {
  if (list.kind === 'names' && item.kind === 'text') return { kind: 'member', path: list.path, name: item.text };
  if (list.kind === 'list') return or(...list.items.map((member) => equals(member, item)));
  throw unsupported('contains');
}

function itemsOf(term: Term): readonly Term[] {
  if (term.kind !== 'list') throw unsupported('containsAny');
  return term.items;
}

function product(left: Linear, right: Linear): Linear {
  const [factor, other] = left.facts.size === 0 ? [left, right] : [right, left];
  if (factor.facts.size > 0) throw unsupported('product of two facts');
  return addScaled(linearConstant(0n), other, factor.constant);
}

function booleanOf(term: Term): Formula {
  if (term.kind !== 'boolean') throw new UnprovableRule('expected a condition');
  return term.formula;
}

function integerOf(term: Term): Linear {
  if (term.kind !== 'integer') throw new UnprovableRule('expected an integer');
  return term.linear;
}

function unsupported(operator: string): UnprovableRule {
  return new UnprovableRule(`expected facts, integers and names in lists, got \`${operator}\``);
}
