import { describe, expect, it } from 'vitest';
import type { CedarJsonObject } from '../../../../core/gate/cedar/json.ts';
import { loadEntities } from '../../../../core/gate/cedar/load-entities.ts';
import { officialAnswer } from './official.ts';
import { outcomeOf, requestWith } from './support.ts';

const ENTITIES: readonly CedarJsonObject[] = [
  {
    uid: { type: 'User', id: 'alice' },
    attrs: { level: 5, manager: { __entity: { type: 'User', id: 'ghost' } }, constructor: 1 },
    parents: [{ type: 'Group', id: 'staff' }],
    tags: { team: 'blue' },
  },
  { uid: { type: 'Group', id: 'staff' }, attrs: {}, parents: [{ type: 'Group', id: 'everyone' }] },
];

const CONTEXT = JSON.parse(
  '{"n": 3, "zero": 0, "s": "text", "flag": true, "list": [1, "a", [2], {"k": 1}], "deep": {"er": {"n": 1}}, "own": {"__proto__": 1}, "boss": {"__entity": {"type": "User", "id": "alice"}}, "ip": {"__extn": {"fn": "ip", "arg": "::1"}}, "odd": {"__entity": {"type": "User", "id": "alice"}, "n": 1}}',
);

const CASES: readonly (readonly [expression: string, outcome: string])[] = [
  ['true || 1', 'allow'],
  ['false && 1', 'deny'],
  ['1 && true', 'error'],
  ['false || 1', 'error'],
  ['!1', 'error'],
  ['if context.flag then true else 1', 'allow'],
  ['if 1 then true else true', 'error'],
  ['1 == "1"', 'deny'],
  ['1 != "1"', 'allow'],
  ['[1, 2, 2] == [2, 1]', 'allow'],
  ['[[1], [1]] == [[1]]', 'allow'],
  ['[1, 2] == [1]', 'deny'],
  ['[1] == [1, 2]', 'deny'],
  ['[[1], 2] == [[1]]', 'deny'],
  ['{a: 1, b: [1]} == {b: [1, 1], a: 1}', 'allow'],
  ['{a: 1} == {a: 1, b: 2}', 'deny'],
  ['"a" < "b"', 'error'],
  ['9223372036854775807 + 1 == 0', 'error'],
  ['9223372036854775807 == 9223372036854775806 + 1', 'allow'],
  ['9007199254740993 == 9007199254740992', 'deny'],
  ['9007199254740993 > 9007199254740992', 'allow'],
  ['-9223372036854775808 < -9223372036854775807', 'allow'],
  ['-(-9223372036854775808) == 1', 'error'],
  ['-9223372036854775808 - 1 == 0', 'error'],
  ['3037000500 * 3037000500 == 1', 'error'],
  ['3037000499 * 3037000499 == 9223372030926249001', 'allow'],
  ['4611686018427387904 * -2 == -9223372036854775808', 'allow'],
  ['context.n * 0 == -context.zero', 'allow'],
  ['[0].contains(context.zero * -1)', 'allow'],
  ['context.list.contains([2])', 'allow'],
  ['context.list.contains({k: 1})', 'allow'],
  ['context.list.containsAll(["a", 1])', 'allow'],
  ['context.list.containsAny(["b", [3]])', 'deny'],
  ['[].isEmpty() && !context.list.isEmpty()', 'allow'],
  ['[].containsAll([])', 'allow'],
  ['[].containsAny([])', 'deny'],
  ['context.s.contains("t")', 'error'],
  ['context.s like "t*t"', 'allow'],
  ['context.n like "*"', 'error'],
  ['context has missing', 'deny'],
  ['context.missing', 'error'],
  ['context has constructor || context has toString || context has __proto__', 'deny'],
  ['context.constructor == 1', 'error'],
  ['context["__proto__"] == 1', 'error'],
  ['context.own["__proto__"] == 1', 'allow'],
  ['context.own has "__proto__"', 'allow'],
  ['{"__proto__": 7}["__proto__"] == 7', 'allow'],
  ['{} has "__proto__"', 'deny'],
  ['principal has constructor', 'allow'],
  ['resource has constructor', 'deny'],
  ['context has deep.er.n', 'allow'],
  ['context has deep.er.n.x', 'error'],
  ['context has deep.no.n', 'deny'],
  ['context.deep has er && context.deep.er.n == 1', 'allow'],
  ['context.deep.er.n.x == 1', 'error'],
  ['context.n has x', 'error'],
  ['context.list has length', 'error'],
  ['context.list.length == 4', 'error'],
  ['context.s.length == 4', 'error'],
  ['context.deep.er.n == 1 && context.n == 3 && context.deep has er && context has n', 'allow'],
  ['context.boss.level == 5 && context.boss.manager == User::"ghost"', 'allow'],
  ['context.boss has level', 'allow'],
  ['context.boss has "__entity"', 'deny'],
  ['context.boss["__entity"] == 1', 'error'],
  ['context.boss.manager.level == 1', 'error'],
  ['context.boss in Group::"everyone"', 'allow'],
  ['context.ip has x', 'error'],
  ['context.ip.x == 1', 'error'],
  ['context.odd.n == 1 && context.odd has "__entity"', 'allow'],
  ['principal.level == 5', 'allow'],
  ['principal.missing == 5', 'error'],
  ['principal.manager == User::"ghost"', 'allow'],
  ['principal.manager.level == 5', 'error'],
  ['principal.manager has level', 'deny'],
  ['principal has manager.level', 'deny'],
  ['principal in Group::"everyone"', 'allow'],
  ['principal in [Group::"none", Group::"staff"]', 'allow'],
  ['principal in [principal, 1]', 'error'],
  ['principal in [principal, {}]', 'error'],
  ['principal in [principal, [principal]]', 'error'],
  ['principal in []', 'deny'],
  ['principal in 1', 'error'],
  ['context in principal', 'error'],
  ['User::"ghost" in User::"ghost"', 'allow'],
  ['principal is User && !(principal is Group)', 'allow'],
  ['principal is User in Group::"staff"', 'allow'],
  ['principal is Group in 1', 'deny'],
  ['context is User', 'error'],
  ['principal.hasTag("team") && principal.getTag("team") == "blue"', 'allow'],
  ['principal.getTag("none") == 1', 'error'],
  ['resource.hasTag("team")', 'deny'],
  ['resource.getTag("team") == 1', 'error'],
  ['principal.hasTag(1)', 'error'],
  ['context == context', 'allow'],
  ['(if context.flag then principal else resource) == principal', 'allow'],
  ['(if context.flag then context else context.deep).deep.er.n == 1', 'allow'],
];

describe('a compiled expression', () => {
  const store = loadEntities(ENTITIES);

  it.each(CASES)('%s is %s', (expression, outcome) => {
    expect(outcomeOf(expression, { context: CONTEXT }, store)).toBe(outcome);
    const policies = { staticPolicies: `permit(principal, action, resource) when { ${expression} };` };
    const official = officialAnswer(policies, ENTITIES, requestWith({ context: CONTEXT }));
    if ('refused' in official) throw new Error(official.refused);
    expect(official.erroring.length > 0 ? 'error' : official.decision).toBe(outcome);
  });
});
