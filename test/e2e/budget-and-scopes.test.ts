import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../../cli/demo/poll.ts';
import { loadRegistry } from '../../cli/sandbox/load-registry.ts';
import { SERVICE_ROLE, sandboxRegistry } from '../../cli/sandbox/registry.ts';
import type { AgentClient } from '../../sdk/agent-client.ts';
import { balance, gist, modelCall, session } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let agent: AgentClient;

beforeAll(async () => {
  world = await openSandboxWorld();
  agent = world.agent();
});
afterAll(async () => world?.close());

/** How long money is held without an outcome, milliseconds. */
const HOLD_MS = 900_000;
/** The longest answer that a session's budget has room for once, but not twice. */
const LARGE = 60_000;

async function holds(): Promise<readonly string[]> {
  const head = (await world.items('state')).find(
    (item) => item['pk']?.S === `AGENT#${world.agentId}` && item['sk']?.S === 'HEAD',
  );
  return Object.keys(head?.['holds']?.M ?? {});
}

describe('a budget', () => {
  it('gets back what a model call did not use', async () => {
    const reply = await agent.submit(modelCall(session()));
    expect(reply).toMatchObject({ status: 200, body: { reservation: { tokens: '3000' } } });
    const actionId = String(reply.body['actionId']);
    expect(await holds()).toEqual([actionId]);
    const usage = { inputTokens: 2_000, outputTokens: 100 };
    const settled = await agent.outcome(actionId, { result: 'succeeded', usage });
    expect(settled.body).toMatchObject({ settledTokens: '2100', releasedTokens: '900', overrun: false, held: true });
    const reserved = reply.body['reservation'];
    const { settledMicroUsd, releasedMicroUsd } = settled.body;
    expect(reserved).toMatchObject({
      microUsd: String(BigInt(String(settledMicroUsd)) + BigInt(String(releasedMicroUsd))),
    });
    expect(await holds()).toEqual([]);
  });

  it('gets back everything when a call was not made', async () => {
    const reply = await agent.submit(modelCall(session()));
    const settled = await agent.outcome(String(reply.body['actionId']), { result: 'not_performed' });
    expect(settled.body).toMatchObject({ settledMicroUsd: '0', settledTokens: '0', releasedTokens: '3000' });
  });

  it('has no room for a second call while the first one’s worst case is held, and has when that lapses', async () => {
    const one = session();
    const first = await agent.submit(modelCall(one, LARGE));
    expect(gist(first)).toBe('200 allowed');
    const second = modelCall(one, LARGE);
    expect(gist(await agent.submit(second))).toBe('403 action_denied');
    await world.advance(HOLD_MS);
    expect(gist(await agent.submit(modelCall(one, LARGE)))).toBe('200 allowed');
    expect(await holds()).not.toContain(first.body['actionId']);
    const late = await agent.outcome(String(first.body['actionId']), { result: 'not_performed' });
    expect(late.body).toMatchObject({ held: false, releasedMicroUsd: '0' });
  });

  it('gets a lapsed hold back from the sweep, on the record', async () => {
    const reply = await agent.submit(modelCall(session()));
    const actionId = String(reply.body['actionId']);
    expect(await holds()).toContain(actionId);
    await world.advance(HOLD_MS + 60_000);
    await poll('the sweep', async () => ((await holds()).includes(actionId) ? undefined : true));
    const released = (await world.events()).filter(({ type }) => type === 'budget.released');
    expect(released.at(-1)?.data).toMatchObject({
      reason: 'lapsed',
      actions: expect.arrayContaining([expect.objectContaining({ actionId })]),
    });
  });
});

describe('sessions', () => {
  it('are at most eight at once; closing one makes room, and a closed one takes no more', async () => {
    const names: string[] = [];
    let refused = await agent.submit(balance(world));
    while (refused.status === 200 && names.length < 20) {
      const action = balance(world);
      names.push(action.sessionId);
      refused = await agent.submit(action);
    }
    expect(refused.status).toBe(403);
    expect(names.length).toBeLessThanOrEqual(9);
    const [open = ''] = names;
    expect(await agent.closeSession(open)).toMatchObject({ status: 200, body: { sessionId: open, status: 'closed' } });
    expect((await agent.closeSession(open)).status).toBe(200);
    expect(gist(await agent.closeSession('session-never-opened'))).toBe('404 session_not_found');
    expect(gist(await agent.submit(balance(world)))).toBe('200 allowed');
    expect((await agent.submit({ ...balance(world), sessionId: open })).status).toBe(403);
  });
});

describe('scopes', () => {
  it('decide which tools an agent is shown, and an agent nobody registered is shown none', async () => {
    const all = (await agent.tools()).body['tools'];
    const declared = sandboxRegistry(world.sandbox.assembly.accountId, 'owner');
    const agents = Array.isArray(declared['agents']) ? declared['agents'] : [];
    const narrowed = agents.map((each) => ({ ...Object(each), scopes: ['payments.initiate', 'models.invoke'] }));
    await loadRegistry(world.sandbox, { ...declared, agents: narrowed });
    const service = world.agent(SERVICE_ROLE);
    const tools = (await service.tools()).body['tools'];
    const types = Array.isArray(tools) ? tools.map((tool) => Reflect.get(Object(tool), 'type')) : [];
    expect(types).toEqual(['model.invoke', 'payment.send']);
    expect(Array.isArray(all) && all.length).toBeGreaterThan(types.length);
    const reply = await service.submit({ ...balance(world) });
    expect(gist(reply)).toBe('403 action_denied');
    expect(JSON.stringify(reply.body['rules'])).toContain('CS-AUTH-T0-003');
    await loadRegistry(world.sandbox, { ...declared, agents: narrowed.map((each) => ({ ...each, active: false })) });
    expect((await service.tools()).body['tools']).toEqual([]);
  });
});
