import { actionIn, approveAndRedeem, decideAs, envelopesOf } from '../cli/demo/people-decide.ts';
import { PersonClient } from '../cli/person-client.ts';
import { ANN, ApprovalScene, OWNER, PAYMENT } from '../cli/policy/coverage/approval-scene.ts';
import { differs } from '../cli/policy/coverage/check.ts';
import { openLocalGate } from '../cli/policy/eval/local-gate.ts';
import type { Envelope } from '../core/approval/envelope.ts';
import { actionDigest } from '../core/gate/action.ts';
import type { JsonObject } from '../core/json.ts';
import { canonicalJson } from '../core/ledger/canonical.ts';
import type { StateStore } from '../core/ports.ts';
import { answerOf, payment } from './acts.ts';
import type { Attack, AttackGroup } from './attack.ts';
import type { AttackWorld } from './world.ts';

/** Attacks on what people approved: by replaying, changing or keeping it, and by approving one's own. */
export function approvalAttacks(world: AttackWorld): AttackGroup {
  return {
    name: 'approvals',
    attacks: [envelopeReplay(world), parameterSwap(world), staleApproval(world), aliasSelfApproval(world)],
  };
}

/** Submits a payment that a person has to agree to, and lets one agree. */
async function approved({ demo }: Named, name: string, params = {}) {
  const action = payment(demo.accountId, name, params);
  const { body } = await demo.payments.submit(action);
  const actionId = String(body['actionId']);
  await decideAs(demo.people.ann, actionId, 'approve', 'invoice checked');
  return { action, actionId, envelopes: await envelopesOf(demo.payments, actionId) };
}

interface Named {
  readonly demo: AttackWorld['world'];
}

/** Submits and redeems with an honest approval; what stood in the way, or undefined. */
async function honestApproval({ demo }: Named, name: string): Promise<string | undefined> {
  const { body } = await demo.payments.submit(payment(demo.accountId, name));
  const redeemed = await approveAndRedeem(demo.payments, [demo.people.ben], String(body['actionId']));
  return differs(['redeemed'], answerOf(redeemed));
}

function envelopeReplay({ world: demo, core }: AttackWorld): Attack {
  return {
    name: 'envelope replay',
    mount: 'sandbox',
    caughtBy: ['envelope_wrong_action', 'already_redeemed'],
    attempt: async () => {
      const first = await approved({ demo }, 'replay-1');
      const second = await approved({ demo }, 'replay-2');
      const elsewhere = await demo.payments.redeem(second.actionId, first.envelopes);
      await demo.payments.redeem(first.actionId, first.envelopes);
      const again = await demo.payments.redeem(first.actionId, first.envelopes);
      return [...answerOf(elsewhere), ...answerOf(again)];
    },
    honest: () => honestApproval({ demo }, 'replay-honest'),
    mutation: {
      off: 'no write that uses the approval up',
      reaches: async () => {
        const scene = await sealedScene(core);
        const forgetful = new ApprovalScene({ ...scene.gate, store: forgetting(scene) }, scene.record);
        const envelopes = scene.envelopes();
        return (await forgetful.redeem(envelopes)) === 'ok' && (await forgetful.redeem(envelopes)) === 'ok';
      },
    },
  };
}

async function sealedScene(core: AttackWorld['core'], ttlMs?: number): Promise<ApprovalScene> {
  const gate = await openLocalGate({ ...core, facts: [] });
  const scene = await ApprovalScene.submit({ ...gate, ...(ttlMs !== undefined && { ttlMs }) }, PAYMENT);
  await scene.approve(ANN);
  await scene.seal();
  return scene;
}

/** The scene's store, but for writes to action records. */
function forgetting({ gate: { store } }: ApprovalScene): ApprovalScene['gate']['store'] {
  return Object.assign(Object.create(store), {
    commit: (writes: Parameters<StateStore['commit']>[0], token: string) =>
      store.commit(
        writes.filter(({ ref }) => ref.entity !== 'action'),
        token,
      ),
  });
}

function parameterSwap({ world: demo, core }: AttackWorld): Attack {
  return {
    name: 'parameter swap',
    mount: 'sandbox',
    caughtBy: ['idempotency_key_reused', 'envelope_mac_invalid'],
    attempt: async () => {
      const { action, actionId, envelopes } = await approved({ demo }, 'swap');
      const dearer = { ...action, params: { ...action.params, amount: 950 } };
      const resubmitted = await demo.payments.submit(dearer);
      const digest = actionDigest(demo.paymentsAgentId, dearer);
      const redeemed = await demo.payments.redeem(
        actionId,
        envelopes.map((each) => withDigest(each, digest)),
      );
      return [...answerOf(resubmitted), ...answerOf(redeemed)];
    },
    honest: () => honestApproval({ demo }, 'swap-honest'),
    mutation: {
      off: 'no check of the MAC',
      reaches: async () => {
        const scene = await sealedScene(core);
        const { gate, record } = scene;
        const dearer = { ...PAYMENT, params: { ...PAYMENT.params, amount: 950 } };
        const digest = actionDigest(gate.agentId, dearer);
        const ref = { entity: 'action', agentId: gate.agentId, actionId: record.actionId } as const;
        const stored = gate.store.get(ref) ?? {};
        gate.store.set(ref, { ...stored, digest, paramsJson: canonicalJson(dearer.params) });
        const forged = scene.envelopes().map((each) => ({ ...each, ...withDigest({ ...each }, digest) }));
        if ((await scene.redeem(forged)) !== 'envelope_mac_invalid') return false;
        const trusting = { ...gate, verifier: { verifyMac: async () => true } };
        return (await new ApprovalScene(trusting, record).redeem(forged)) === 'ok';
      },
    },
  };
}

/** The same envelope about another action. */
function withDigest<E extends JsonObject | Envelope>(envelope: E, digest: string): E {
  const payload = JSON.parse(Buffer.from(String(envelope.payload), 'base64url').toString('utf8'));
  const forged = canonicalJson({ ...payload, actionDigest: digest });
  return { ...envelope, payload: Buffer.from(forged).toString('base64url') };
}

/** Longer than an envelope lives. */
const TOO_LATE_MS = 91_000;

function staleApproval({ world: demo, sandbox, core }: AttackWorld): Attack {
  return {
    name: 'stale approval',
    mount: 'sandbox',
    caughtBy: ['envelope_expired'],
    attempt: async () => {
      const { actionId, envelopes } = await approved({ demo }, 'stale');
      sandbox.clock.advance(TOO_LATE_MS);
      return answerOf(await demo.payments.redeem(actionId, envelopes));
    },
    honest: () => honestApproval({ demo }, 'stale-honest'),
    mutation: {
      off: 'envelopes that live an hour',
      reaches: async () => {
        const scene = await sealedScene(core, 3_600_000);
        scene.gate.pass(TOO_LATE_MS);
        return (await scene.redeem()) === 'ok';
      },
    },
  };
}

function aliasSelfApproval({ world: demo, sandbox, core }: AttackWorld): Attack {
  const asking = async (name: string) =>
    String((await demo.payments.submit(payment(demo.accountId, name))).body['actionId']);
  return {
    name: 'alias self-approval',
    mount: 'sandbox',
    caughtBy: ['self_approval', 'self_approval'],
    attempt: async () => {
      const actionId = await asking('alias');
      const own = await decideAs(demo.people.olivia, actionId, 'approve', 'it is my agent');
      // Full-width letters: another account, the same name once compared.
      const username = 'ｏｌｉｖｉａ';
      const password = 'Countersign-attack-1!';
      await sandbox.cognito.seedUser({ username, email: 'o.livia@bank.example', groups: ['approver'], password });
      const { idToken } = await sandbox.cognito.tokenFor(username, password);
      const alias = new PersonClient({ baseUrl: sandbox.apiUrl, idToken, fetch });
      const disguised = await decideAs(alias, actionId, 'approve', 'looks right');
      return [...answerOf(own), ...answerOf(disguised)];
    },
    honest: async () => {
      const actionId = await asking('alias-honest');
      await decideAs(demo.people.ann, actionId, 'approve', 'invoice checked');
      const { body } = await actionIn(demo.payments, actionId, 'approved');
      return differs('approved', body['status']);
    },
    mutation: {
      off: 'an owner whose other names are not compared',
      reaches: async () => {
        const disguised = { ...OWNER, subject: 'another-account', aliases: [' OWNER '] };
        const scene = await ApprovalScene.open(core, PAYMENT);
        if ((await scene.approve(disguised)) !== 'self_approval') return false;
        return (await scene.approve({ ...disguised, aliases: [] })) === 'ok';
      },
    },
  };
}
