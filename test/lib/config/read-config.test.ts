import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, readConfig } from '../../../lib/config/read-config.ts';
import { COMPLIANCE_CONFIRMATION } from '../../../lib/config/schema.ts';
import { minimalConfig, ROOT_DIR } from '../support/synthesize.ts';

function problems(changes: { readonly [key: string]: unknown }): readonly string[] {
  try {
    parseConfig({ ...minimalConfig(), ...changes }, 'c.json');
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('parseConfig', () => {
  it('fills in the safer default when an optional key is absent', () => {
    expect(parseConfig(minimalConfig(), 'c.json')).toMatchObject({
      archive: { lock: 'GOVERNANCE' },
      api: { endpoint: 'regional', vpcEndpointIds: [] },
      approvalTimeoutSeconds: 3_600,
      reservationTtlSeconds: 900,
      envelopeTtlSeconds: 90,
      throttles: { agents: { ratePerSecond: 200, burst: 100 }, people: { ratePerSecond: 20, burst: 40 } },
      retention: {},
      approverGroups: [],
    });
  });

  it('lists every missing key when the file is empty', () => {
    expect(() => parseConfig({}, 'c.json')).toThrow(
      new ConfigError(
        ['account', 'region', 'signIn', 'agents', 'registryOperators', 'auditors']
          .map((key) => `c.json: \`${key}\`: expected a value, got nothing`)
          .join('\n'),
      ),
    );
  });

  it.each([
    [{ account: '123' }, '`account`: expected a 12-digit account id, got `123`'],
    [{ account: 5 }, '`account`: expected text, got `5`'],
    [{ region: 'eu' }, '`region`: expected a region such as `eu-west-1`, got `eu`'],
    [{ colour: 'blue' }, '`colour`: expected no such key, got `blue`'],
    [
      { retention: { decisions: { weeks: 3 } } },
      '`retention.decisions`: expected { "days": 1 to 36500 } or { "years": 1 to 100 }, got `{"weeks":3}`',
    ],
    [{ retention: { gossip: { days: 3 } } }, '`retention.gossip`: expected no such key, got `{"days":3}`'],
    [
      { signIn: { domainPrefix: 'my-aws' } },
      '`signIn.domainPrefix`: expected a Cognito domain prefix of lower-case letters, digits and `-`, without `aws`, `amazon` or `cognito`, got `my-aws`',
    ],
    [{ api: { endpoint: 'public' } }, '`api.endpoint`: expected (`regional` | `private`), got `public`'],
    [
      { api: { endpoint: 'private' } },
      '`api.vpcEndpointIds`: expected VPC endpoint ids exactly when endpoint is private, got `[]`',
    ],
    [
      { api: { vpcEndpointIds: ['vpce-0123456789abcdef0'] } },
      '`api.vpcEndpointIds`: expected VPC endpoint ids exactly when endpoint is private, got `["vpce-0123456789abcdef0"]`',
    ],
    [{ auditors: 'me' }, '`auditors`: expected a list, got `me`'],
    [{ auditors: [] }, '`auditors`: expected at least one principal, got `[]`'],
    [
      { auditors: ['*'] },
      '`auditors[0]`: expected an IAM principal ARN or a service such as `lambda.amazonaws.com`, got `*`',
    ],
    [{ envelopeTtlSeconds: 120 }, '`envelopeTtlSeconds`: expected 90, which is fixed, got `120`'],
    [
      { approvalTimeoutSeconds: 900.5 },
      '`approvalTimeoutSeconds`: expected a whole number from 60 to 604800, got `900.5`',
    ],
    [
      { approvalTimeoutSeconds: 60, reservationTtlSeconds: 61 },
      '`reservationTtlSeconds`: expected at most approvalTimeoutSeconds, got `61`',
    ],
    [
      { throttles: { agents: { ratePerSecond: 0, burst: 5 } } },
      '`throttles.agents.ratePerSecond`: expected a whole number from 1 to 10000, got `0`',
    ],
    [{ alarmEmail: 'x' }, '`alarmEmail`: expected an e-mail address, got `x`'],
  ])('names the place and the value when it is given %j', (changes, message) => {
    expect(problems(changes)).toEqual([`c.json: ${message}`]);
  });

  it('names each agent at fault when several are', () => {
    const trusted = ['arn:aws:iam::111122223333:root'];
    const agents = [
      { roleName: 'payments', trustedPrincipals: trusted },
      { roleName: 'countersign-agent-a', trustedPrincipals: [] },
    ];
    expect(problems({ agents })).toEqual([
      'c.json: `agents[0].roleName`: expected a role name `countersign-agent-…` of lower-case letters, digits and `-`, at most 64 long, got `payments`',
      'c.json: `agents[1].trustedPrincipals`: expected at least one principal, got `[]`',
    ]);
  });

  it('refuses an agent role name when it is used twice', () => {
    const agent = { roleName: 'countersign-agent-a', trustedPrincipals: ['lambda.amazonaws.com'] };
    expect(problems({ agents: [agent, agent] })[0]).toMatch(
      /^c\.json: `agents`: expected every roleName only once, got /,
    );
  });

  it('refuses COMPLIANCE unless it is confirmed word for word', () => {
    const expected = `c.json: \`archive.confirmation\`: expected the text \`${COMPLIANCE_CONFIRMATION}\`, because lock is COMPLIANCE, got `;
    expect(problems({ archive: { lock: 'COMPLIANCE' } })).toEqual([`${expected}nothing`]);
    expect(problems({ archive: { lock: 'COMPLIANCE', confirmation: 'yes' } })).toEqual([`${expected}\`yes\``]);
    expect(problems({ archive: { lock: 'COMPLIANCE', confirmation: COMPLIANCE_CONFIRMATION } })).toEqual([]);
  });

  it('refuses a custom domain when the endpoint is private', () => {
    const domain = {
      name: 'gate.example.com',
      certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b',
    };
    const api = { endpoint: 'private', vpcEndpointIds: ['vpce-0123456789abcdef0'] };
    expect(problems({ domain })).toEqual([]);
    expect(problems({ domain, api })).toEqual([
      `c.json: \`domain\`: expected no custom domain, because endpoint is private, got \`${JSON.stringify(domain)}\``,
    ]);
  });
});

describe('readConfig', () => {
  it('accepts every example when it reads the config folder', () => {
    const files = readdirSync(join(ROOT_DIR, 'config'));
    expect(files).toContain('sandbox.json');
    for (const file of files) expect(readConfig(join(ROOT_DIR, 'config', file)).account).toMatch(/^\d{12}$/);
  });

  it('names the path when there is no file', () => {
    expect(() => readConfig('nowhere.json')).toThrow('expected a configuration file, got nothing at `nowhere.json`');
  });

  it('names the file when it is not JSON', () => {
    const path = join(tmpdir(), 'countersign-not-json.json');
    writeFileSync(path, '{');
    expect(() => readConfig(path)).toThrow(`${path}: expected JSON: `);
  });
});
