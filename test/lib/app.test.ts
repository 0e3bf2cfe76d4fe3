import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addStacks, createApp } from '../../lib/app.ts';
import { readConfig } from '../../lib/config/read-config.ts';
import { ACCEPTED_FINDINGS } from './support/accepted-findings.ts';
import { buildApp, configWith, ROOT_DIR, SANDBOX_CONFIG, stubCode } from './support/synthesize.ts';

/** CDK's own checks load a rule engine once a process, which takes seconds on a busy machine. */
const VALIDATION_LIMIT_MS = 120_000;

const STACKS = ['CountersignKeys', 'CountersignData', 'CountersignGate', 'CountersignAudit'];

/** Rule ids accepted on each construct, by construct path. */
function acknowledgements(app: App): { readonly [path: string]: readonly string[] } {
  const found: { [path: string]: string[] } = {};
  for (const construct of app.node.findAll()) {
    for (const entry of construct.node.metadata) {
      if (entry.type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY) continue;
      const ids = Object.keys(Object(entry.data)).map((id) => id.replace(/^annotation::/i, ''));
      found[construct.node.path] = [...(found[construct.node.path] ?? []), ...ids].sort();
    }
  }
  return found;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the app', () => {
  it(
    'passes the rule packs and CDK’s own checks when it is synthesized offline',
    () => {
      vi.stubEnv('CDK_VALIDATION', 'true');
      const app = createApp({ outdir: mkdtempSync(join(tmpdir(), 'countersign-out-')) });
      addStacks(app, { config: readConfig(SANDBOX_CONFIG), code: stubCode(), rootDir: ROOT_DIR });
      expect(
        app
          .synth()
          .stacks.map((stack) => stack.stackName)
          .sort(),
      ).toEqual([...STACKS].sort());
    },
    VALIDATION_LIMIT_MS,
  );

  it('protects the stacks that hold records when somebody deletes them', () => {
    const app = buildApp();
    const guarded = STACKS.filter((name) => {
      const stack = app.node.findChild(name);
      return Stack.isStack(stack) && stack.terminationProtection === true;
    });
    expect(guarded).toEqual(['CountersignKeys', 'CountersignData']);
  });

  it('gives the same templates when it is synthesized twice', () => {
    const code = stubCode();
    const templates = () => {
      const app = createApp({ outdir: mkdtempSync(join(tmpdir(), 'countersign-out-')) });
      addStacks(app, { config: readConfig(SANDBOX_CONFIG), code, rootDir: ROOT_DIR });
      return app.synth().stacks.map((stack) => stack.template);
    };
    expect(templates()).toEqual(templates());
  });

  it('warns when a record class is kept shorter than the cited period', () => {
    const app = buildApp(configWith({ retention: { decisions: { days: 30, instead: 'a rule of ours' } } }));
    const messages = app.node.findChild('CountersignData').node.metadata.map((entry) => String(entry.data));
    expect(messages.join('\n')).toContain(
      'decisions are kept 30 days, shorter than US-17A4-A asks, following: a rule of ours',
    );
  });
});

describe('rule packs', () => {
  it.each([
    ['regional', {}],
    ['private', { api: { endpoint: 'private', vpcEndpointIds: ['vpce-0123456789abcdef0'] } }],
  ])('find nothing unacknowledged when the endpoint is %s', (_endpoint, changes) => {
    const app = buildApp(configWith(changes));
    app.synth();
    for (const pack of [new AwsSolutionsChecks(), new NIST80053R5Checks()]) {
      expect(pack.validateScope(app).violations).toEqual([]);
    }
  });

  it('have exactly the listed findings accepted', () => {
    expect(acknowledgements(buildApp(configWith({})))).toEqual(ACCEPTED_FINDINGS);
  });
});
