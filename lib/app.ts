import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { App, type AppProps, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import type { DeploymentConfig } from './config/schema.ts';
import type { FunctionCode } from './functions/bundle-functions.ts';
import { AuditStack } from './stacks/audit-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { GateStack } from './stacks/gate-stack.ts';
import { KeysStack } from './stacks/keys-stack.ts';

/** What {@link addStacks} builds from. */
export interface CountersignProps {
  readonly config: DeploymentConfig;
  readonly code: FunctionCode;
  /** The repository's root, holding `statemachines/` and `audit/`. */
  readonly rootDir: string;
}

/**
 * Makes the app with every feature flag CDK recommends for this version, so that the templates are the same whether the
 * CDK command line or a plain process synthesizes them.
 */
export function createApp(props: AppProps = {}): App {
  const flags = createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json');
  const recommended: Record<string, unknown> = JSON.parse(readFileSync(flags, 'utf8'));
  // A stack with records cannot be deleted while another one uses them.
  const strong = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };
  return new App({ analyticsReporting: false, ...props, context: { ...recommended, ...strong, ...props.context } });
}

/** Adds the four stacks and the rule packs that every synthesis must pass. */
export function addStacks(app: App, props: CountersignProps): void {
  const { config, code, rootDir } = props;
  const env = { account: config.account, region: config.region };
  const keys = new KeysStack(app, 'CountersignKeys', { env, terms: config.keys, description: 'Countersign: keys' });
  const data = new DataStack(app, 'CountersignData', { env, config, description: 'Countersign: records and people' });
  new GateStack(app, 'CountersignGate', { env, config, code, keys, data, rootDir, description: 'Countersign: gate' });
  new AuditStack(app, 'CountersignAudit', { env, config, keys, data, rootDir, description: 'Countersign: audit' });
  Tags.of(app).add('application', 'countersign');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
}
