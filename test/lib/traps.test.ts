import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildApp, ROOT_DIR, templateOf } from './support/synthesize.ts';

const app = buildApp();
const templates = (['CountersignKeys', 'CountersignData', 'CountersignGate', 'CountersignAudit'] as const).map((name) =>
  JSON.stringify(templateOf(app, name).toJSON()),
);
const everything = templates.join('\n');

/** Mistakes that are easy to make on AWS and hard to notice; others are covered where their construct is tested. */
describe('templates', () => {
  it('never use lambda:SourceFunctionArn, which resource policies ignore', () => {
    expect(everything).not.toMatch(/lambda:SourceFunctionArn/i);
  });

  it('never use prehashed Ed25519, which KMS hashes twice', () => {
    expect(everything).not.toContain('ED25519_PH');
  });

  it('never replicate a table, which would fork a chain', () => {
    expect(everything).not.toMatch(/AWS::DynamoDB::GlobalTable|"Replicas"/);
  });

  it('never hold a literal credential or a token in a URL', () => {
    expect(everything).not.toMatch(/AKIA[0-9A-Z]{16}|taskToken=|token=/);
  });

  it('never allow everything to a role', () => {
    expect(everything).not.toMatch(/"Action":"\*"/);
    expect(everything).not.toMatch(
      /"Action":"(dynamodb|s3|kms|states|lambda|iam|sts):\*","Effect":"Allow","Resource":(?!"\*"\})/,
    );
  });

  it('never copy a managed policy to a function', () => {
    expect(everything).not.toMatch(/AWSLambdaBasicExecutionRole|AdministratorAccess|PowerUserAccess/);
  });

  it('stay below the 20 KB of a table’s policy', () => {
    const policies = [...everything.matchAll(/"ResourcePolicy":(\{"PolicyDocument":.*?\],"Version":"2012-10-17"\})/g)];
    expect(policies).toHaveLength(3);
    for (const [, policy = ''] of policies) expect(policy.length).toBeLessThan(20_000);
  });
});

describe('the approval definition', () => {
  it('gives every wait for a person a time limit', () => {
    const definition: unknown = JSON.parse(readFileSync(join(ROOT_DIR, 'statemachines/approval.asl.json'), 'utf8'));
    const waits: unknown[] = [];
    JSON.stringify(definition, (_key, value: unknown) => {
      if (Object(value).Resource === 'arn:aws:states:::lambda:invoke.waitForTaskToken') waits.push(value);
      return value;
    });
    expect(waits.length).toBeGreaterThan(0);
    for (const wait of waits) expect(wait).toHaveProperty('TimeoutSeconds');
  });
});
