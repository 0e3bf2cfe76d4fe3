import { describe, expect, it } from 'vitest';
import { decodeToolMapping, mapToolCall } from '../../../core/gate/tool-mapping.ts';
import type { JsonObject } from '../../../core/json.ts';

const mapping = decodeToolMapping({
  source: 'test',
  types: {
    pay: { type: 'payment.send', resource: 'account/{session.account}' },
    close: { type: 'account.close', resource: 'account/{params.account_id}' },
  },
  wrappers: { run: { toolParam: 'name', argumentsParam: 'arguments' } },
});

function map(tool: string, given: JsonObject) {
  return mapToolCall(mapping, tool, given, { account: 'A1' });
}

describe('mapToolCall', () => {
  it('fills the resource from the session when the template says so', () => {
    expect(map('pay', { amount: 1 })).toEqual({
      ok: true,
      value: { type: 'payment.send', params: { amount: 1 }, resource: 'account/A1' },
    });
  });

  it('fills the resource from the parameters when the template says so', () => {
    expect(map('close', { account_id: 'B2' })).toMatchObject({ value: { resource: 'account/B2' } });
  });

  it.each([[{}], [{ account_id: '' }], [{ account_id: 7 }], [{ account_id: null }]])(
    'refuses when the parameters %j name no resource',
    (given) => {
      expect(map('close', given)).toMatchObject({ ok: false, problem: { code: 'unknown_resource' } });
    },
  );

  it.each(['unheard_of', 'constructor', '__proto__'])('refuses the unmapped tool %s', (tool) => {
    expect(map(tool, {})).toMatchObject({ ok: false, problem: { code: 'unknown_tool' } });
  });

  it('governs the tool inside when a wrapper carries it', () => {
    const given = { name: 'close', arguments: '{"account_id":"B2"}' };

    expect(map('run', given)).toMatchObject({ value: { type: 'account.close', params: { account_id: 'B2' } } });
  });

  it.each([undefined, null, ''])('takes wrapped arguments %s as none', (text) => {
    const given = text === undefined ? { name: 'pay' } : { name: 'pay', arguments: text };

    expect(map('run', given)).toMatchObject({ value: { type: 'payment.send', params: {} } });
  });

  it.each([
    [{ name: 'pay', arguments: '{' }],
    [{ name: 'pay', arguments: '[]' }],
    [{ name: 'pay', arguments: 7 }],
    [{}],
  ])('refuses the wrapper %j that cannot be read', (given) => {
    expect(map('run', given)).toMatchObject({ ok: false, problem: { code: 'unreadable_wrapper' } });
  });

  it('refuses a wrapper inside a wrapper', () => {
    expect(map('run', { name: 'run', arguments: '{"name":"pay"}' })).toMatchObject({
      problem: { code: 'unknown_tool' },
    });
  });
});
