import type { Envelope } from '../../../core/approval/envelope.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { closeSession } from '../../../core/gate/close-session.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import { ANN, ApprovalScene, CLOSURE, MAX, OWNER, PAYMENT } from './approval-scene.ts';
import type { AttemptWorld } from './attempts.ts';
import type { Check } from './check.ts';
import { differs } from './check.ts';

const EXERCISES = ['CTL-APPROVAL'];

/** Attempts to get round approvals, separation of duties and envelopes, by the real flows. */
export function approvalChecks(world: AttemptWorld): readonly Check[] {
  const check = (name: string, expected: readonly string[], act: () => Promise<readonly string[]>): Check => ({
    name,
    exercises: EXERCISES,
    run: async () => differs(expected, await act()),
  });
  return [...peopleChecks(world, check), ...envelopeChecks(world, check)];
}

type MakeCheck = (name: string, expected: readonly string[], act: () => Promise<readonly string[]>) => Check;

function peopleChecks(world: AttemptWorld, check: MakeCheck): readonly Check[] {
  const answers = async (request: typeof PAYMENT, people: readonly Person[]): Promise<readonly string[]> => {
    const scene = await ApprovalScene.open(world, request);
    const codes: string[] = [];
    for (const person of people) codes.push(await scene.approve(person));
    return [...codes, await scene.seal()];
  };
  const disguised = (subject: string): Person => ({ ...OWNER, subject });
  return [
    check('one approval opens what needs one', ['ok', 'ok'], () => answers(PAYMENT, [ANN])),
    check('the agent’s owner does not approve', ['self_approval', 'approvals_missing'], () =>
      answers(PAYMENT, [OWNER]),
    ),
    check('the owner in capitals is the owner', ['self_approval', 'approvals_missing'], () =>
      answers(PAYMENT, [disguised(' OWNER ')]),
    ),
    check('the owner with an invisible character is the owner', ['self_approval', 'approvals_missing'], () =>
      answers(PAYMENT, [disguised('own\u200ber')]),
    ),
    check('the owner by an alias is the owner', ['self_approval', 'approvals_missing'], () =>
      answers(PAYMENT, [{ ...MAX, aliases: ['owner'] }]),
    ),
    check('somebody who may not approve does not', ['not_an_approver', 'approvals_missing'], () =>
      answers(PAYMENT, [{ ...ANN, groups: ['auditor'] }]),
    ),
    check('one person is not two', ['ok', 'ok', 'approvals_missing'], () => answers(CLOSURE, [MAX, MAX])),
    check('two people without a manager are not enough', ['ok', 'manager_required', 'approvals_missing'], () =>
      answers(CLOSURE, [ANN, { ...ANN, subject: 'bob', aliases: [] }]),
    ),
    check('one approval does not open what needs two', ['ok', 'approvals_missing'], () => answers(CLOSURE, [MAX])),
    check('an answer to something else than was shown does not count', ['digest_mismatch'], async () => {
      const scene = await ApprovalScene.open(world, PAYMENT);
      return [await scene.approve(ANN, '0'.repeat(64))];
    }),
    check('an answer after the time is up does not count', ['request_expired'], async () => {
      const scene = await ApprovalScene.open(world, PAYMENT);
      scene.gate.pass(3_600_001);
      return [await scene.approve(ANN)];
    }),
  ];
}

function envelopeChecks(world: AttemptWorld, check: MakeCheck): readonly Check[] {
  const sealed = async (): Promise<ApprovalScene> => {
    const scene = await ApprovalScene.open(world, PAYMENT);
    await scene.approve(ANN);
    await scene.seal();
    return scene;
  };
  return [
    check('a waiting action is not redeemed', ['not_approved'], async () => [
      await (await ApprovalScene.open(world, PAYMENT)).redeem([]),
    ]),
    check('an approved action is not redeemed without its envelope', ['denied_at_redemption'], async () => [
      await (await sealed()).redeem([]),
    ]),
    check('an envelope works once', ['ok', 'already_redeemed'], async () => {
      const scene = await sealed();
      return [await scene.redeem(), await scene.redeem()];
    }),
    check('an envelope lives 90 seconds', ['envelope_expired'], async () => {
      const scene = await sealed();
      scene.gate.pass(90_001);
      return [await scene.redeem()];
    }),
    check('a changed envelope is refused', ['envelope_mac_invalid'], async () => {
      const scene = await sealed();
      return [await scene.redeem(scene.envelopes().map(tampered))];
    }),
    check('an envelope of another gate is refused', ['envelope_mac_invalid'], async () => [
      await (await sealed()).redeem((await sealed()).envelopes()),
    ]),
    check('an envelope of another action is refused', ['envelope_wrong_action'], async () => {
      const scene = await sealed();
      const other = await ApprovalScene.submit(scene.gate, { ...PAYMENT, idempotencyKey: 'other' });
      await other.approve(ANN);
      await other.seal();
      return [await other.redeem(scene.envelopes())];
    }),
    check('one envelope twice is not two people', ['envelope_duplicate_id'], async () => {
      const scene = await sealed();
      const envelopes = scene.envelopes();
      return [await scene.redeem([...envelopes, ...envelopes])];
    }),
    check('an approval is worth nothing in a session that ended', ['denied_at_redemption'], async () => {
      const scene = await ApprovalScene.open(world, PAYMENT);
      const { gate } = scene;
      // An allowed action starts the session, so that there is one to close.
      await submitAction(gate, gate.agentId, {
        ...PAYMENT,
        type: 'account.read-balance',
        params: {},
        idempotencyKey: 'read',
      });
      await scene.approve(ANN);
      await scene.seal();
      await closeSession(gate, gate.agentId, PAYMENT.sessionId);
      return [await scene.redeem()];
    }),
  ];
}

/** The same envelope with a changed payload and the old MAC. */
function tampered(envelope: Envelope): Envelope {
  const payload = Buffer.from(envelope.payload, 'base64url').toString('utf8').replace('"slot":1', '"slot":2');
  return { ...envelope, payload: Buffer.from(payload).toString('base64url') };
}
