import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../lib/functions/function-names.ts';
import { ROOT_DIR } from './support/synthesize.ts';

const run = promisify(execFile);
const NODE = join(ROOT_DIR, 'node_modules/.bin/node');
const SYNTH_LIMIT_MS = 120_000;

/** Placeholder of every variable whose value is known only once deployed. */
const DEPLOYED = 'arn:aws:service:eu-west-1:111122223333:name';

interface DeployedFunction {
  readonly name: string;
  readonly folder: string;
  readonly environment: { readonly [name: string]: string };
}

function deployedFunctions(outDir: string): readonly DeployedFunction[] {
  const template = JSON.parse(readFileSync(join(outDir, 'CountersignGate.template.json'), 'utf8'));
  return Object.values<{ readonly Type: string; readonly Properties: object }>(template.Resources)
    .filter((resource) => resource.Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Object(Properties))
    .map((properties) => ({
      name: String(properties.FunctionName),
      folder: join(outDir, `asset.${String(properties.Code.S3Key).replace('.zip', '')}`),
      environment: Object.fromEntries(
        Object.entries(Object(properties.Environment).Variables).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : DEPLOYED,
        ]),
      ),
    }));
}

/** What the app synthesizes from the real handlers, without an account, a network or Docker. */
describe('bin/app.ts', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'countersign-synth-'));

  beforeAll(async () => {
    const env = { PATH: process.env['PATH'], HOME: outDir, CDK_OUTDIR: outDir };
    await run(NODE, ['bin/app.ts'], { cwd: ROOT_DIR, env, timeout: SYNTH_LIMIT_MS });
  }, SYNTH_LIMIT_MS);

  it('writes four templates when it has no credentials', () => {
    const templates = readdirSync(outDir).filter((file) => file.endsWith('.template.json'));
    expect(templates.sort()).toEqual([
      'CountersignAudit.template.json',
      'CountersignData.template.json',
      'CountersignGate.template.json',
      'CountersignKeys.template.json',
    ]);
  });

  it(
    'gives every function code that starts with the variables it is given',
    async () => {
      const deployed = deployedFunctions(outDir);
      expect(deployed).toHaveLength(FUNCTION_NAMES.length);
      for (const { name, folder, environment } of deployed) {
        const script = `import('${folder}/index.mjs').then((code) => console.log(typeof code.handler))`;
        const env = { ...environment, AWS_REGION: 'eu-west-1', LAMBDA_TASK_ROOT: folder };
        const { stdout } = await run(NODE, ['-e', script], { env: { ...env, PATH: process.env['PATH'] } });
        expect(stdout.trim(), name).toBe('function');
      }
    },
    SYNTH_LIMIT_MS,
  );

  it('puts a policy bundle of the named hash beside the functions that decide', () => {
    for (const { name, folder, environment } of deployedFunctions(outDir)) {
      const bundle = join(folder, 'policy-bundle.json');
      expect(existsSync(bundle), name).toBe(environment['POLICY_BUNDLE_HASH'] !== undefined);
      if (!existsSync(bundle)) continue;
      const hash = createHash('sha256').update(readFileSync(bundle)).digest('hex');
      expect(environment['POLICY_BUNDLE_HASH'], name).toBe(hash);
    }
  });
});
