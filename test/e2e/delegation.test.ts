import { afterAll, beforeAll, expect, it } from 'vitest';
import { withSandboxCredential } from '../../cli/sandbox/credential-issuer.ts';
import { loadRegistry } from '../../cli/sandbox/load-registry.ts';
import { sandboxRegistry } from '../../cli/sandbox/registry.ts';
import type { JsonObject } from '../../core/json.ts';
import { balance, gist, modelCall, session } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;

beforeAll(async () => {
  world = await openSandboxWorld();
});
afterAll(async () => world?.close());

/** Loads the registry with the world's agent declared another way. */
async function declare(change: (agent: JsonObject) => JsonObject): Promise<void> {
  const declared = sandboxRegistry(world.sandbox.assembly.accountId, 'owner');
  const agents = Array.isArray(declared['agents']) ? declared['agents'] : [];
  const next = agents.map((each) => (each['agentId'] === world.agentId ? change(each) : each));
  await loadRegistry(world.sandbox, { ...declared, agents: next });
}

function withCredential(agent: JsonObject, change: JsonObject): JsonObject {
  return { ...agent, credential: { ...Object(agent['credential']), ...change } };
}

async function readRefused(): Promise<string> {
  const reply = await world.agent().submit(balance(world));
  return `${gist(reply)} ${JSON.stringify(reply.body['rules'])}`;
}

it('denies everything by the rule’s text when the credential is revoked, expired, altered or gone', async () => {
  expect(gist(await world.agent().submit(balance(world)))).toBe('200 allowed');

  await declare((agent) => withCredential(agent, { revoked: true }));
  expect(await readRefused()).toMatch(/^403 action_denied .*CS-DEL-T0-001.*whose credential was revoked/);

  await declare((agent) => withSandboxCredential(agent, { expiresAtMs: Date.UTC(2021, 0, 1) }));
  expect(await readRefused()).toMatch(/^403 action_denied .*CS-DEL-T0-002/);

  await declare((agent) => ({ ...agent, caps: { ...Object(agent['caps']), dayMicroUsd: '9000000' } }));
  expect(await readRefused()).toMatch(/^403 action_denied .*CS-DEL-T0-003/);

  await declare(({ credential: _none, ...agent }) => agent);
  expect(await readRefused()).toMatch(/^403 action_denied .*CS-DEL-T0-004/);

  await declare((agent) => agent);
  expect(gist(await world.agent().submit(balance(world)))).toBe('200 allowed');
});

it('lets an agent on rung A0 read and not call a model, until it is promoted with a new signature', async () => {
  const onRung = (rung: string) => (agent: JsonObject) =>
    withSandboxCredential({ ...agent, rungs: { default: rung, classes: {} } });
  await declare(onRung('A0'));
  const call = modelCall(session());

  expect(gist(await world.agent().submit(balance(world)))).toBe('200 allowed');
  const refused = await world.agent().submit(call);
  expect(`${gist(refused)} ${JSON.stringify(refused.body['rules'])}`).toMatch(/^403 action_denied .*CS-RUNG-T1-001/);
  await declare(onRung('A1'));
  expect(gist(await world.agent().submit(modelCall(session())))).toBe('202 pending_approval');
  await declare(onRung('A3'));
  expect(gist(await world.agent().submit(modelCall(session())))).toBe('200 allowed');
});
