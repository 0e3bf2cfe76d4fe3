import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addStacks, createApp } from '../lib/app.ts';
import { readConfig } from '../lib/config/read-config.ts';
import { bundleFunctions } from '../lib/functions/bundle-functions.ts';

const rootDir = join(import.meta.dirname, '..');
const buildDir = join(rootDir, 'build');
const policyBundlePath = join(buildDir, 'policy-bundle.json');

const app = createApp({ outdir: process.env['CDK_OUTDIR'] ?? join(rootDir, 'cdk.out') });
const configPath: unknown = app.node.tryGetContext('config') ?? join(rootDir, 'config/sandbox.json');
if (typeof configPath !== 'string') throw new Error('expected `-c config=<path>`, got no text');
const config = readConfig(configPath);

const builder = join(rootDir, 'tools/build-bundle.ts');
if (!existsSync(builder)) throw new Error('expected the policy bundle builder at `tools/build-bundle.ts`, got nothing');
const { writeBundle } = await import('../tools/build-bundle.ts');
mkdirSync(buildDir, { recursive: true });
await writeBundle(policyBundlePath);

// A folder of its own, so that two syntheses at once do not read each other's half-written files.
const outDir = mkdtempSync(join(buildDir, 'lambdas-'));
addStacks(app, { config, code: bundleFunctions({ rootDir, outDir, policyBundlePath }), rootDir });
app.synth();
rmSync(outDir, { recursive: true });
