import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionIn, decideAs, envelopesOf } from '../../cli/demo/people-decide.ts';
import { SERVICE_ROLE } from '../../cli/sandbox/registry.ts';
import { isJsonObject } from '../../core/json.ts';
import type { AgentClient } from '../../sdk/agent-client.ts';
import {
  balance,
  cardClosure,
  gist,
  KNOWN_PAYEE,
  newPayeePayment,
  pending,
  session,
  withoutReceipt,
} from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let agent: AgentClient;

beforeAll(async () => {
  world = await openSandboxWorld();
  agent = world.agent();
});
afterAll(async () => world?.close());

/** The bundle as it lies beside the deployed functions. */
function deployedBundle() {
  const submit = world.sandbox.assembly
    .byType('AWS::Lambda::Function')
    .find((each) => each.ref === 'countersign-submit-action');
  const code = submit?.properties['Code'];
  const key = typeof code === 'object' && code !== null ? String(Reflect.get(code, 'S3Key')) : '';
  const bytes = readFileSync(join(world.sandbox.assembly.assetPath(key), 'policy-bundle.json'));
  return { hash: createHash('sha256').update(bytes).digest('hex'), bundle: JSON.parse(bytes.toString('utf8')) };
}

const rulesOf = (value: unknown): readonly { id: string; text: string }[] =>
  Array.isArray(value)
    ? value.filter(isJsonObject).map((rule) => ({ id: String(rule['id']), text: String(rule['text']) }))
    : [];

describe('a decision', () => {
  it('is allowed at once where no rule objects, and its outcome settles it once', async () => {
    const reply = await agent.submit({
      ...newPayeePayment(world, { recipient: KNOWN_PAYEE, amount: 4 }),
      sessionId: session(),
    });
    expect(reply).toMatchObject({ status: 200, body: { status: 'allowed', decision: { verdict: 'allow' } } });
    const actionId = String(reply.body['actionId']);
    expect(gist(await agent.outcome(actionId, { result: 'succeeded' }))).toBe('200 undefined');
    expect((await agent.status(actionId)).body['status']).toBe('settled');
    expect((await agent.outcome(actionId, { result: 'succeeded' })).status).toBe(200);
    expect(gist(await agent.outcome(actionId, { result: 'failed' }))).toBe('409 outcome_differs');
  });

  it('is denied in the words of the deployed bundle, with its hash', async () => {
    const { hash, bundle } = deployedBundle();
    const reply = await agent.submit({ ...balance(world), resource: 'account/DE00000000000000000000' });
    expect(gist(reply)).toBe('403 action_denied');
    const rules = rulesOf(reply.body['rules']);
    expect(rules.map(({ id }) => id)).toContain('CS-AUTH-T0-004');
    for (const { id, text } of rules) expect(text).toBe(bundle.rules[id].text);
    expect(reply.body['detail']).toBe(rules.map(({ text }) => text).join(' '));
    expect(reply.body['decision']).toMatchObject({ verdict: 'deny', bundleHash: hash });
    expect(reply.body['type']).toBe('urn:countersign:problem:action_denied');
  });

  it('is the same for the same key and content, and a conflict for other content', async () => {
    const action = newPayeePayment(world);
    const first = await agent.submit(action);
    const decisions = async () => (await world.events()).filter(({ type }) => type === 'action.decided');
    const before = await decisions();
    expect(before.length).toBeGreaterThan(0);
    expect(withoutReceipt(await agent.submit(action))).toEqual(withoutReceipt(first));
    const other = await agent.submit({ ...action, params: { ...action.params, amount: 2_000 } });
    expect(gist(other)).toBe('409 idempotency_key_reused');
    expect(other.body['actionId']).toBe(first.body['actionId']);
    expect(await decisions()).toEqual(before);
    expect(gist(await agent.cancel(String(first.body['actionId']), 'asked twice'))).toBe('200 cancelled');
  });

  it('of another agent is not found', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    const other = world.agent(SERVICE_ROLE);
    const hidden = await other.status(actionId);
    expect(hidden).toEqual(await other.status('act_nothing'));
    expect(gist(hidden)).toBe('404 action_not_found');
    expect(gist(await other.cancel(actionId, 'not mine'))).toBe('404 action_not_found');
    expect(gist(await agent.cancel(actionId, 'done with it'))).toBe('200 cancelled');
  });
});

describe('an approval', () => {
  it('by one person is redeemed once, within 90 seconds', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    const reply = await decideAs(await world.person('ann'), actionId, 'approve', 'bill checked');
    expect(reply.status).toBe(200);
    const envelopes = await envelopesOf(agent, actionId);
    expect(envelopes).toHaveLength(1);
    await world.advance(80_000);
    expect(gist(await agent.redeem(actionId, envelopes))).toBe('200 redeemed');
    expect(gist(await agent.redeem(actionId, envelopes))).toBe('409 already_redeemed');
    expect((await agent.outcome(actionId, { result: 'succeeded' })).status).toBe(200);
  });

  it('is worth nothing 91 seconds after it was sealed', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    await decideAs(await world.person('ann'), actionId, 'approve', 'bill checked');
    const envelopes = await envelopesOf(agent, actionId);
    await world.advance(91_000);
    expect(gist(await agent.redeem(actionId, envelopes))).toBe('410 envelope_expired');
    expect((await agent.status(actionId)).body['status']).toBe('approved');
  });

  it('of an irreversible act takes two people, one of them a manager', async () => {
    const service = world.agent(SERVICE_ROLE);
    const actionId = await pending(service, cardClosure());
    const [ann, ben, mara] = [await world.person('ann'), await world.person('ben'), await world.person('mara')];
    expect((await decideAs(ann, actionId, 'approve', 'paid off')).status).toBe(200);
    expect(gist(await decideAs(ben, actionId, 'approve', 'paid off'))).toBe('403 manager_required');
    expect((await service.status(actionId)).body).not.toHaveProperty('envelopes');
    expect(gist(await service.redeem(actionId, [{ payload: 'e30', mac: 'e30', signature: 'e30' }]))).toBe(
      '409 not_approved',
    );
    expect((await decideAs(mara, actionId, 'approve', 'confirmed in writing')).status).toBe(200);
    const envelopes = await envelopesOf(service, actionId);
    expect(envelopes).toHaveLength(2);
    expect(gist(await service.redeem(actionId, envelopes.slice(0, 1)))).toMatch(/^403 /);
    expect(gist(await service.redeem(actionId, envelopes))).toBe('200 redeemed');
  });

  it('is refused from the owner of the agent and from whoever is no approver', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    expect(gist(await decideAs(await world.person('olivia'), actionId, 'approve', 'mine'))).toBe('403 self_approval');
    const shown = await (await world.person('ann')).request(actionId);
    const rick = await world.person('rick');
    const digest = String(shown.body['digest']);
    expect(gist(await rick.decide(actionId, 'approve', 'fine', digest))).toBe('403 not_an_approver');
    expect(gist(await (await world.person('ann')).decide(actionId, 'approve', 'fine', 'a'.repeat(64)))).toBe(
      '409 digest_mismatch',
    );
    expect(gist(await agent.cancel(actionId, 'enough'))).toBe('200 cancelled');
  });
});

describe('a link to an approval', () => {
  const linkOf = (actionId: string) => {
    const notice = world.sandbox.outbox().find(({ message }) => message.includes(actionId));
    return /https?:\/\/\S+/.exec(notice?.message ?? '')?.[0] ?? '';
  };

  it('changes nothing however often it is opened, and an altered one is not found', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    await decideAs(await world.person('olivia'), actionId, 'approve', 'asked to look');
    const before = await world.fingerprint();
    const link = linkOf(actionId);
    for (const method of ['GET', 'GET', 'GET']) expect((await fetch(link, { method })).status).toBe(200);
    const altered = new URL(link);
    const mac = altered.searchParams.get('mac') ?? '';
    altered.searchParams.set('mac', `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`);
    const bare = link.replace(/\?.*/, '');
    const texts = [];
    for (const url of [altered, bare, `${bare}?mac=`, link.replace(actionId, 'act_other')]) {
      const reply = await fetch(url);
      expect(reply.status).toBe(404);
      texts.push(await reply.text());
    }
    expect(new Set(texts).size).toBe(1);
    expect(await world.fingerprint()).toEqual(before);
    expect(gist(await agent.cancel(actionId, 'enough'))).toBe('200 cancelled');
  });

  it('and nothing else that leaves the gate carries a task token', async () => {
    const actionId = await pending(agent, newPayeePayment(world));
    const shown = await decideAs(await world.person('ben'), actionId, 'approve', 'looks right');
    const status = await actionIn(agent, actionId, 'approved');
    const view = await (await world.person('ann')).request(actionId);
    await world.sandbox.drain();
    const slots = (await world.items('state')).filter((item) => item['sk']?.S?.startsWith('SLOT#'));
    const tokens = slots.flatMap((slot) => slot['taskToken']?.S ?? []);
    expect(tokens.length).toBeGreaterThan(0);
    const said = JSON.stringify([shown, status, view, world.sandbox.outbox()]) + world.logs();
    const ledger = (await world.events()).map(({ text }) => text);
    expect(world.logs().length).toBeGreaterThan(0);
    for (const token of tokens) {
      expect(said).not.toContain(token);
      expect(ledger.join('\n')).not.toContain(token);
    }
  });
});
