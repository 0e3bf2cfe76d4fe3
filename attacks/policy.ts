import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { approveAndRedeem } from '../cli/demo/people-decide.ts';
import { runJson } from '../cli/demo/run-json.ts';
import { ANN, ApprovalScene, MAX } from '../cli/policy/coverage/approval-scene.ts';
import { differs } from '../cli/policy/coverage/check.ts';
import { publishCommand } from '../cli/policy/publish.ts';
import { POLICY_PIPELINE_ROLE } from '../cli/sandbox/registry.ts';
import { activateBundle } from '../core/gate/activate-bundle.ts';
import type { ActiveBundle } from '../core/risk/stops.ts';
import type { GateReply } from '../sdk/agent-client.ts';
import { AgentClient } from '../sdk/agent-client.ts';
import { bundleBytes, POLICIES_DIRECTORY } from '../tools/build-bundle.ts';
import { answerOf, ordinaryPayment } from './acts.ts';
import type { Attack, AttackGroup } from './attack.ts';
import type { AttackWorld, CoreWorld } from './world.ts';

/** Attacks on the rules themselves. The last group: it leaves another release in force. */
export function policyAttacks(world: AttackWorld): AttackGroup {
  return { name: 'policy', attacks: [policyDowngrade(world)] };
}

function policyDowngrade(world: AttackWorld): Attack {
  return {
    name: 'policy downgrade',
    mount: 'sandbox',
    caughtBy: ['bundle_downgrade'],
    attempt: async () => {
      const { payments, accountId } = world.world;
      const { body } = await payments.submit(ordinaryPayment(accountId, 'downgrade'));
      const hash = String(Reflect.get(Object(body['decision']), 'bundleHash'));
      const upgraded = await activate(world, await publishRelease(world, 2), 'upgrade-2');
      const back = await activate(world, { hash, sequence: 1 }, 'downgrade');
      return [...(upgraded.status === 200 ? [] : answerOf(upgraded)), ...answerOf(back)];
    },
    honest: async () => {
      const { status, body } = await activate(world, await publishRelease(world, 3), 'upgrade-3');
      return differs([200, true], [status, body['changed']]);
    },
    mutation: {
      off: 'a gate that does not know the release in force',
      reaches: async () => {
        const known = await activateLocally(world.core, 2);
        return known === 'bundle_downgrade' && (await activateLocally(world.core, 0)) === 'ok';
      },
    },
  };
}

/** Activates release 1, approved by people, on a core that takes `inForce` for the release in force; the problem's code, or `ok`. */
async function activateLocally(core: CoreWorld, inForce: number): Promise<string> {
  const { hash, release } = core.bundle;
  const bundle = { hash, sequence: release.sequence };
  const scene = await ApprovalScene.open(core, {
    type: 'policy.activate',
    params: { bundleHash: hash, sequence: release.sequence },
    resource: 'policy/active',
    sessionId: 'attack',
    idempotencyKey: 'activate',
  });
  for (const person of [ANN, MAX]) await scene.approve(person);
  await scene.seal();
  await scene.redeem();
  const { gate, record } = scene;
  const deps = {
    ...gate,
    directory: { agentIds: async () => [gate.agentId] },
    published: { read: async () => bundleBytes(core.source) },
    deployed: { hash, sequence: inForce },
    // What is proved of a bundle is not what is attacked here.
    prove: () => true,
  };
  const result = await activateBundle(deps, { agentId: gate.agentId, actionId: record.actionId, bundle });
  return result.ok ? 'ok' : result.problem.code;
}

/** Publishes the repository's rules as another release. */
async function publishRelease({ world, io }: AttackWorld, sequence: number): Promise<ActiveBundle> {
  const directory = join(world.scratchDir, `release-${sequence}`);
  cpSync(POLICIES_DIRECTORY, directory, { recursive: true });
  writeFileSync(join(directory, 'release.json'), JSON.stringify({ sequence, name: `release ${sequence}` }));
  const { exitCode, output } = await runJson(publishCommand, [directory], io);
  if (exitCode !== 0) throw new Error(`expected the release to be published, got ${JSON.stringify(output)}`);
  return { hash: String(output['hash']), sequence };
}

/** Asks for an activation as the pipeline does, has two people approve it, and performs it. */
async function activate(
  { world, sandbox }: AttackWorld,
  { hash, sequence }: ActiveBundle,
  name: string,
): Promise<GateReply> {
  const pipeline = new AgentClient({
    baseUrl: sandbox.apiUrl,
    region: sandbox.region,
    credentials: () => sandbox.credentialsFor(POLICY_PIPELINE_ROLE),
    nowMs: () => sandbox.clock.nowMs(),
  });
  const { body } = await pipeline.submit({
    type: 'policy.activate',
    params: { bundleHash: hash, sequence },
    resource: 'policy/active',
    sessionId: `attack-${name}`,
    idempotencyKey: `attack-${name}`,
  });
  const actionId = String(body['actionId']);
  const redeemed = await approveAndRedeem(pipeline, [world.people.ann, world.people.mara], actionId);
  if (redeemed.status !== 200) return redeemed;
  return pipeline.activatePolicy(actionId, hash, sequence);
}
