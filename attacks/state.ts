import { ANN, ApprovalScene, PAYMENT } from '../cli/policy/coverage/approval-scene.ts';
import { differs } from '../cli/policy/coverage/check.ts';
import type { LocalGate } from '../cli/policy/eval/local-gate.ts';
import { openLocalGate } from '../cli/policy/eval/local-gate.ts';
import type { GateDeps } from '../core/gate/gate-deps.ts';
import { submitAction } from '../core/gate/submit.ts';
import type { GateReply } from '../sdk/agent-client.ts';
import { modelCall, payment, SESSION } from './acts.ts';
import type { Attack, AttackGroup } from './attack.ts';
import type { AttackWorld, CoreWorld } from './world.ts';
import { submitted } from './world.ts';

/** Attacks on what decisions rest on: the one head of each chain, and time. */
export function stateAttacks(world: AttackWorld): AttackGroup {
  return { name: 'state', attacks: [fork(world), clockRollback(world)] };
}

const RACERS = 6;

function fork({ world: { payments, accountId }, core }: AttackWorld): Attack {
  const read = (name: string, index: number) => ({
    type: 'account.read-balance',
    params: {},
    resource: `account/${accountId}`,
    sessionId: SESSION,
    idempotencyKey: `attack-${name}-${index}`,
  });
  const racers = Array.from({ length: RACERS }, (_none, index) => index);
  return {
    name: 'fork',
    mount: 'sandbox',
    caughtBy: ['head_version'],
    attempt: async () => {
      const replies = await Promise.all(racers.map((index) => payments.submit(read('fork', index))));
      return isOneLine(replies.map(seqOf)) ? ['head_version'] : [];
    },
    honest: async () => {
      const seqs: number[] = [];
      for (const index of racers) seqs.push(seqOf(await payments.submit(read('no-fork', index))));
      return isOneLine(seqs) ? undefined : `expected one event after the other, got ${seqs.join(', ')}`;
    },
    mutation: {
      off: 'writes without their conditions',
      reaches: async () => (!(await racesInLine(core, 'conditional')) ? false : !(await racesInLine(core, 'blind'))),
    },
  };
}

function seqOf({ body }: GateReply): number {
  return Number(Reflect.get(Object(body['ledger']), 'seq'));
}

/** True when each place of the chain was given once, without a gap. */
function isOneLine(seqs: readonly number[]): boolean {
  const sorted = [...seqs].sort((left, right) => left - right);
  return sorted.every((seq, index) => Number.isInteger(seq) && seq === (sorted[0] ?? 0) + index);
}

/** Two writers that have both read one head before either writes; true when each got a place of its own. */
async function racesInLine(core: CoreWorld, writes: 'conditional' | 'blind'): Promise<boolean> {
  const gate = await openLocalGate(core);
  const deps = racing(gate, writes);
  const submissions = ['left', 'right'].map((name) =>
    submitAction(deps, gate.agentId, payment('A1', name, { recipient: 'KNOWN', amount: 50 })),
  );
  const results = await Promise.all(submissions);
  return isOneLine(results.map((result) => (result.ok ? result.value.record.ledger.seq : Number.NaN)));
}

/** The gate's ports over a store that answers the first two reads together. */
function racing(gate: LocalGate, writes: 'conditional' | 'blind'): GateDeps {
  const both = Promise.withResolvers<void>();
  let reads = 0;
  return {
    ...gate,
    store: {
      read: async (refs) => {
        const items = await gate.store.read(refs);
        reads += 1;
        if (reads >= 2) both.resolve();
        await both.promise;
        return items;
      },
      commit: (transaction, token) =>
        gate.store.commit(
          writes === 'blind' ? transaction.map((write) => ({ ...write, when: [] })) : transaction,
          token,
        ),
    },
  };
}

const DAY_MS = 86_400_000;
const DAY_RULE = 'CS-SUM-T1-002';

function clockRollback({ core }: AttackWorld): Attack {
  return {
    name: 'clock rollback',
    mount: 'core',
    caughtBy: ['envelope_not_yet_valid', DAY_RULE],
    attempt: async () => {
      const sealed = await sealedScene(core);
      sealed.gate.pass(-DAY_MS);
      return [await sealed.redeem(), ...(await spendAgain(core, { forgetsDay: false }))];
    },
    honest: async () => {
      const sealed = await sealedScene(core);
      // Clocks of two machines differ a little.
      sealed.gate.pass(-1_000);
      const gate = await openLocalGate(core);
      await submitted(gate, modelCall('claude-haiku-5-5', 'clock-1'));
      gate.pass(-1_000);
      const { decision } = await submitted(gate, modelCall('claude-haiku-5-5', 'clock-2'));
      return differs(['ok', 'allow'], [await sealed.redeem(), decision.verdict]);
    },
    mutation: {
      off: 'a head that does not know its day',
      reaches: async () => (await spendAgain(core, { forgetsDay: true })).length === 0,
    },
  };
}

async function sealedScene(core: CoreWorld): Promise<ApprovalScene> {
  const scene = await ApprovalScene.open(core, PAYMENT);
  await scene.approve(ANN);
  await scene.seal();
  return scene;
}

/** Moves what a day may move, in sessions of their own; sets the clock back a day and pays once more. The rules that fired then. */
async function spendAgain(
  core: CoreWorld,
  { forgetsDay }: { readonly forgetsDay: boolean },
): Promise<readonly string[]> {
  const gate = await openLocalGate(core);
  const pay = (index: number) =>
    submitted(gate, {
      ...payment('A1', `rollback-${index}`, { recipient: 'KNOWN', amount: 990 }),
      sessionId: `rollback-${index}`,
    });
  for (let index = 0; index < 5; index += 1) {
    const { decision } = await pay(index);
    if (decision.verdict !== 'allow')
      throw new Error(`expected payment ${index} to be allowed, got \`${decision.verdict}\``);
  }
  gate.pass(-DAY_MS);
  if (forgetsDay) {
    const head = { entity: 'agentHead', agentId: gate.agentId } as const;
    gate.store.set(head, { ...gate.store.get(head), day: '' });
  }
  const { decision } = await pay(5);
  return decision.verdict === 'allow' ? [] : decision.rules.map(({ id }) => id);
}
