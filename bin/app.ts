import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { addStacks, createApp } from '../lib/app.ts';
import { readConfig } from '../lib/config/read-config.ts';
import { bundleFunctions } from '../lib/functions/bundle-functions.ts';

const rootDir = join(import.meta.dirname, '..');
const buildDir = join(rootDir, 'build');
const policyBundlePath = join(buildDir, 'policy-bundle.json');

const app = createApp({ outdir: process.env['CDK_OUTDIR'] ?? join(rootDir, 'cdk.out') });
const configPath: unknown = app.node.tryGetContext('config') ?? 'config/sandbox.json';
if (typeof configPath !== 'string') throw new Error('expected `-c config=<path>`, got no text');
const config = readConfig(configPath);

const builder = join(rootDir, 'tools/build-bundle.ts');
if (!existsSync(builder)) throw new Error('expected the policy bundle builder at `tools/build-bundle.ts`, got nothing');
const { writeBundle } = await import('../tools/build-bundle.ts');
mkdirSync(buildDir, { recursive: true });
await writeBundle(policyBundlePath);

const code = bundleFunctions({ rootDir, outDir: join(buildDir, 'lambdas'), policyBundlePath });
addStacks(app, { config, code, rootDir });
app.synth();
