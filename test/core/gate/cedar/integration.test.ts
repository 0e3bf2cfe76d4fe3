import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { policyCedarTest } from '../../../../cli/policy-cedar-test.ts';

const SCHEMA = `
  namespace Shop {
    type Limits = { max: decimal, window: duration };
    entity Customer in [Team] = { limits: Limits, friends: Set<Customer>, home?: ipaddr } tags Set<ipaddr>;
    entity Team;
    action "all";
    action "buy" in ["all"] appliesTo {
      principal: Customer, resource: Customer, context: { at: datetime, price: __cedar::decimal, from: Customer, nested: { ip: ipaddr } }
    };
  }
`;

const POLICIES = `
  permit(principal == ?principal, action, resource);
  permit(principal is Shop::Customer in Shop::Team::"a", action in Shop::Action::"all", resource)
  when {
    context.price.lessThanOrEqual(principal.limits.max) &&
    context.at.toTime() < principal.limits.window &&
    principal.friends.contains(context.from) &&
    context.nested.ip.isLoopback() &&
    principal.getTag("nets").contains(ip("10.0.0.0/8")) &&
    resource.home == ip("::1")
  };
  forbid(principal, action, resource) when { context.missing };
`;

const uid = (id: string, type = 'Shop::Customer') => ({ type, id });

const ENTITIES = [
  {
    uid: uid('ann'),
    attrs: { limits: { max: '9.5', window: '1h' }, friends: [uid('bob'), { __entity: uid('cy') }], home: '::1' },
    parents: [uid('a', 'Shop::Team')],
    tags: { nets: ['10.0.0.0/8', { fn: 'ip', arg: '::1' }] },
  },
];

const REQUEST = {
  description: 'ann buys',
  principal: uid('ann'),
  action: uid('buy', 'Shop::Action'),
  resource: { __entity: uid('ann') },
  context: {
    at: '1970-01-01T00:30:00Z',
    price: { __extn: { fn: 'decimal', arg: '9.5' } },
    from: uid('bob'),
    nested: { ip: '::1' },
  },
  decision: 'allow',
  reason: ['policy1'],
  errors: ['policy2'],
};

describe('policyCedarTest', () => {
  let directory = '';
  let output = '';

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cedar-test-'));
    output = '';
    mkdirSync(join(directory, 'tests/shop'), { recursive: true });
    writeFileSync(join(directory, 'tests/shop/policies.cedar'), POLICIES);
    writeFileSync(join(directory, 'tests/shop/entities.json'), JSON.stringify(ENTITIES));
    writeFileSync(join(directory, 'tests/shop/schema.cedarschema'), SCHEMA);
    const write = (text: string | Uint8Array): boolean => {
      output += String(text);
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(write);
    vi.spyOn(process.stderr, 'write').mockImplementation(write);
  });

  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(directory, { recursive: true });
  });

  function writeTest(requests: readonly unknown[], policies = 'tests/shop/policies.cedar', more: object = {}): void {
    const files = { ...more, policies, entities: 'tests/shop/entities.json', schema: 'tests/shop/schema.cedarschema' };
    writeFileSync(join(directory, 'tests/shop/1.json'), JSON.stringify({ ...files, shouldValidate: false, requests }));
  }

  it('passes when values are written as the schema lets them be and templates count in the ids', async () => {
    writeTest([REQUEST]);
    expect(await policyCedarTest([directory])).toBe(0);
    expect(output).toBe('1 passed, 0 failed\n');
  });

  it('evaluates links when a test links a template', async () => {
    const link = { templateId: 'policy0', newId: 'linked', values: { '?principal': uid('ann') } };
    writeTest([{ ...REQUEST, reason: ['policy1', 'linked'] }], undefined, { templateLinks: [link] });
    expect(await policyCedarTest([directory])).toBe(0);
  });

  it('prints the failures and returns 1 when an answer is not the expected one', async () => {
    writeTest([
      REQUEST,
      { ...REQUEST, description: 'wrong', decision: 'deny' },
      { ...REQUEST, description: 'lax', errors: [] },
    ]);
    expect(await policyCedarTest([directory])).toBe(1);
    expect(output).toMatch(/^1 passed, 2 failed\n/);
    expect(output).toContain('tests/shop/1.json: wrong: expected {"decision":"deny"');
  });

  it('fails every request of a test when one of its files is missing', async () => {
    writeTest([REQUEST, REQUEST], 'tests/shop/absent.cedar');
    expect(await policyCedarTest([directory, '--json'])).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ passed: 0, failed: 2 });
  });

  it('fails a request when its context is malformed', async () => {
    writeTest([{ ...REQUEST, decision: 'deny', reason: [], errors: [], context: { ...REQUEST.context, at: null } }]);
    expect(await policyCedarTest([directory])).toBe(1);
  });

  it.each([[[]], [['/nowhere/at/all']], [['a', 'b']]])('returns 2 when the arguments are %j', async (argv) => {
    expect(await policyCedarTest(argv)).toBe(2);
  });

  it('returns 2 when the directory holds no tests', async () => {
    expect(await policyCedarTest([directory])).toBe(2);
  });
});
