import { type ColdLoad, coldLoads } from './cold-load.ts';
import { type DatabaseUse, databaseUse, decisionsPerSecond, handlerMicrosPerDecision } from './decisions.ts';
import { type GovernedResult, governedActions } from './governed.ts';
import { withHostedSandbox } from './hosted-sandbox.ts';
import type { LogFigures } from './log.ts';
import { logFigures } from './log.ts';
import { type Machine, thisMachine } from './machine.ts';
import type { PolicySpeed } from './policy.ts';
import { policySpeed } from './policy.ts';
import { usdPerMillion } from './prices.ts';
import { databaseTransactionsPerSecond, emptyHttpPerSecond, sha256PerSecond } from './references.ts';

/** Everything one run of the measurements found. */
export interface Measurements {
  readonly machine: Machine;
  readonly references: {
    readonly sha256PerSecond: number;
    readonly emptyHttpPerSecond: number;
    readonly databaseTransactionsPerSecond: number;
  };
  readonly decidePerSecond: number;
  readonly policy: PolicySpeed;
  readonly handlerMicros: number;
  readonly databaseUse: readonly (DatabaseUse & { readonly usdPerMillion: number })[];
  readonly governed: GovernedResult;
  readonly coldLoads: readonly ColdLoad[];
  readonly log: LogFigures;
}

/** Measures everything, one after another, in `folder`. */
export async function measure(folder: string, say: (text: string) => void): Promise<Measurements> {
  const machine = thisMachine();
  say('references …');
  const references = {
    sha256PerSecond: await sha256PerSecond(),
    emptyHttpPerSecond: await emptyHttpPerSecond(),
    databaseTransactionsPerSecond: await databaseTransactionsPerSecond(folder),
  };
  say('decisions …');
  const decidePerSecond = await decisionsPerSecond();
  const policy = await policySpeed();
  const handlerMicros = await handlerMicrosPerDecision();
  const uses = (await databaseUse()).map((use) => ({ ...use, usdPerMillion: usdPerMillion(use) }));
  say('governed actions …');
  const { governed, functions, region } = await withHostedSandbox(folder, async (sandbox) => ({
    governed: await governedActions(sandbox),
    functions: sandbox.functions,
    region: sandbox.region,
  }));
  say('cold loads …');
  const loads = await coldLoads(functions, region);
  say('log …');
  const log = await logFigures(folder);
  return {
    machine,
    references,
    decidePerSecond,
    policy,
    handlerMicros,
    databaseUse: uses,
    governed,
    coldLoads: loads,
    log,
  };
}
