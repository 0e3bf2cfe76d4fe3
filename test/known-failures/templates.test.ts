import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../aws/keys.ts';
import { actionIdFor } from '../../core/gate/action.ts';
import { ROUTES } from '../../lib/gate/routes.ts';
import { buildApp, ROOT_DIR, resources, templateOf } from '../lib/support/synthesize.ts';

const app = buildApp();
const tables = [...resources(templateOf(app, 'CountersignData'), 'AWS::DynamoDB::Table').values()];
const gate = templateOf(app, 'CountersignGate');

/** What a role's own policies allow, by the physical name of the function that has it. */
function policyText(name: string): string {
  const policies = [...resources(gate, 'AWS::IAM::Policy').entries()];
  return policies
    .filter(([logicalId]) => logicalId.toLowerCase().includes(name.replaceAll('-', '')))
    .map(([, { properties }]) => JSON.stringify(properties))
    .join('');
}

describe('tables', () => {
  it('have no local index, which would keep a growing collection in one partition', () => {
    expect(tables).toHaveLength(3);
    for (const { properties } of tables) expect(properties).not.toHaveProperty('LocalSecondaryIndexes');
  });

  it('keep actions under keys that do not grow with time', () => {
    const keys = Array.from({ length: 64 }, (_, index) => {
      const actionId = actionIdFor('agent', `key-${String(index).padStart(2, '0')}`);
      return keyOf({ entity: 'action', agentId: 'agent', actionId }).sk;
    });
    expect(keys).not.toEqual([...keys].sort());
  });
});

describe('the functions that decide', () => {
  it.each(['submit-action', 'redeem-action', 'report-outcome'])('sign nothing when they are %s', (name) => {
    const policy = policyText(name);
    expect(policy).toContain('dynamodb:');
    expect(policy).not.toMatch(/kms:(Sign|GenerateMac)/);
    expect(policyText('approval-seal')).toMatch(/kms:Sign/);
  });
});

describe('answering a waiting task', () => {
  it('is left to code, which checks who answers and about what', () => {
    const integrations = [...resources(gate, 'AWS::ApiGateway::Method').values()].map(
      ({ properties }) => Object(properties['Integration']).Type,
    );
    expect(integrations).toHaveLength(ROUTES.length);
    expect(new Set(integrations)).toEqual(new Set(['AWS_PROXY']));
    expect(JSON.stringify([...resources(gate, 'AWS::ApiGateway::Method').values()])).not.toContain('states:action');
  });
});

describe('the approval definition', () => {
  it('hides no wait without a time limit under any other integration', () => {
    const text = readFileSync(join(ROOT_DIR, 'statemachines/approval.asl.json'), 'utf8');
    const waits = text.match(/"arn:aws:states:::[^"]*\.(waitForTaskToken|sync)[^"]*"/g) ?? [];
    expect(new Set(waits)).toEqual(new Set(['"arn:aws:states:::lambda:invoke.waitForTaskToken"']));
  });
});
