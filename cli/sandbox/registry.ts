import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryFromEnvironment } from '../../core/authority/registry-from-environment.ts';
import { decodeCatalogue } from '../../core/gate/catalogue.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { withSandboxCredential } from './credential-issuer.ts';
import { PROJECT_ROOT } from './synthesize.ts';

/** The folder of rules, catalogue and recorded data. */
export function policiesDir(): string {
  return join(PROJECT_ROOT, 'policies');
}

/** Role names of the sandbox's agents. */
export const PAYMENTS_ROLE = 'countersign-agent-payments';
export const SERVICE_ROLE = 'countersign-agent-service';
export const POLICY_PIPELINE_ROLE = 'countersign-agent-policy-pipeline';

export const RECORDS_ROLE = 'countersign-agent-records';

/** Scopes that only the policy pipeline and the records desk of the sandbox have. */
const PIPELINE_SCOPES = ['policy.activate', 'keys.rotate'];
const RECORDS_SCOPES = ['records.erase', 'records.hold.set', 'records.hold.release', 'records.retention.extend'];

const CAPS = {
  sessionMicroUsd: '50000',
  sessionTokens: '500000',
  dayMicroUsd: '5000000',
  dayTokens: '20000000',
  sessionSeconds: 3_600,
};

/** What the sandbox's institution declares: two agents, the policy pipeline, the records desk, their unit, and what the recorded environment knows. */
export function sandboxRegistry(accountId: string, ownerSubject: string): JsonObject {
  const environment = readPolicies('data/agent-actions/environment.json');
  const scopes = scopesOf(readPolicies('catalogue.json'));
  const agent = (
    roleName: string,
    displayName: string,
    accounts: readonly string[],
    granted = scopes.filter((scope) => !PIPELINE_SCOPES.includes(scope) && !RECORDS_SCOPES.includes(scope)),
  ): JsonObject =>
    withSandboxCredential({
      agentId: `${accountId}:${roleName}`,
      displayName,
      ownerSubject,
      ownerAliases: ['olivia', 'olivia@bank.example'],
      unitId: 'retail-banking',
      scopes: [...granted],
      accounts: [...accounts],
      caps: CAPS,
      rungs: { default: 'A3', classes: {} },
      active: true,
    });
  const { accountId: holderAccount, facts } = registryFromEnvironment(environment);
  return {
    units: [{ unitId: 'retail-banking', monthMicroUsd: '50000000', monthTokens: '100000000' }],
    agents: [
      agent(PAYMENTS_ROLE, 'Payments assistant', [holderAccount]),
      agent(SERVICE_ROLE, 'Card service assistant', ['*']),
      agent(POLICY_PIPELINE_ROLE, 'Policy pipeline', [], PIPELINE_SCOPES),
      agent(RECORDS_ROLE, 'Records desk', [], RECORDS_SCOPES),
    ],
    facts: facts.map(({ kind, key, value }) => ({ kind, key, value })),
  };
}

/** The recorded account holder's account. */
export function holderAccountId(): string {
  return registryFromEnvironment(readPolicies('data/agent-actions/environment.json')).accountId;
}

function scopesOf(catalogue: JsonValue): readonly string[] {
  return [...new Set([...decodeCatalogue(catalogue).values()].map((entry) => entry.scope))].sort();
}

function readPolicies(path: string): JsonValue {
  return JSON.parse(readFileSync(join(policiesDir(), path), 'utf8'));
}
