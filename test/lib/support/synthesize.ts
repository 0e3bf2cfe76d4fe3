import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { addStacks, createApp } from '../../../lib/app.ts';
import { parseConfig, readConfig } from '../../../lib/config/read-config.ts';
import type { DeploymentConfig } from '../../../lib/config/schema.ts';
import type { FunctionCode } from '../../../lib/functions/bundle-functions.ts';

export const ROOT_DIR = join(import.meta.dirname, '../../..');
export const SANDBOX_CONFIG = join(ROOT_DIR, 'config/sandbox.json');

/** One of the app's stacks. */
export type StackName = 'CountersignKeys' | 'CountersignData' | 'CountersignGate' | 'CountersignAudit';

/** A resource of a template. */
export interface TemplateResource {
  readonly properties: { readonly [name: string]: unknown };
  readonly deletionPolicy: unknown;
}

/** Function code that does nothing, so that templates can be tested without bundling. */
export function stubCode(): FunctionCode {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-code-'));
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => ({});\n');
  return { policyBundleHash: 'ab'.repeat(32), codeFor: () => Code.fromAsset(folder) };
}

/** The app with stub code, not yet synthesized. */
export function buildApp(config: DeploymentConfig = readConfig(SANDBOX_CONFIG)): App {
  const app = createApp({ outdir: mkdtempSync(join(tmpdir(), 'countersign-out-')) });
  addStacks(app, { config, code: stubCode(), rootDir: ROOT_DIR });
  return app;
}

/** The template of one stack. */
export function templateOf(app: App, name: StackName): Template {
  const stack = app.node.findChild(name);
  if (!Stack.isStack(stack)) throw new Error(`expected a stack, got \`${name}\``);
  return Template.fromStack(stack);
}

/** Resources of a type by logical id. */
export function resources(template: Template, type: string): ReadonlyMap<string, TemplateResource> {
  return new Map(
    Object.entries(template.findResources(type)).map(([logicalId, found]) => [
      logicalId,
      { properties: found['Properties'] ?? {}, deletionPolicy: found['DeletionPolicy'] },
    ]),
  );
}

/** The sandbox's configuration with changes. */
export function configWith(changes: { readonly [key: string]: unknown }): DeploymentConfig {
  return parseConfig({ ...minimalConfig(), ...changes }, 'test');
}

/** The least a configuration must say. */
export function minimalConfig(): { readonly [key: string]: unknown } {
  const root = ['arn:aws:iam::111122223333:root'];
  return {
    account: '111122223333',
    region: 'eu-west-1',
    signIn: { domainPrefix: 'countersign-sandbox' },
    agents: [{ roleName: 'countersign-agent-payments', trustedPrincipals: root }],
    registryOperators: root,
    auditors: root,
    policyPublishers: root,
  };
}
