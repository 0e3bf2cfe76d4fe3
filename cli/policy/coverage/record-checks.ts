import { actionDigest } from '../../../core/gate/action.ts';
import { decide } from '../../../core/gate/decide.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { JsonObject } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { agentChain } from '../../../core/ledger/event.ts';
import { parseEvent } from '../../../core/ledger/parse-event.ts';
import { eventHash, statementSubject } from '../../../core/ledger/statement.ts';
import { raiseVeto } from '../../../core/risk/veto.ts';
import type { LocalGate } from '../eval/local-gate.ts';
import { openLocalGate } from '../eval/local-gate.ts';
import { PAYMENT } from './approval-scene.ts';
import type { AttemptWorld } from './attempts.ts';
import type { Check } from './check.ts';
import { differs } from './check.ts';

const PASSWORD = {
  ...PAYMENT,
  type: 'credential.change-password',
  params: { password: 'correct-horse' },
  idempotencyKey: 'password',
};

/** What is recorded of decisions, and that stops reach them. */
export function recordChecks(world: AttemptWorld): readonly Check[] {
  const gate = () => openLocalGate({ ...world, facts: [] });
  return [...ledgerChecks(gate), ...framingChecks(), stopCheck(gate), budgetCheck(gate)];
}

type OpenGate = () => Promise<LocalGate>;

function ledgerChecks(gate: OpenGate): readonly Check[] {
  return [
    {
      name: 'a secret among the parameters is not in the record',
      exercises: ['CTL-PSEUDONYMS', 'CTL-LEDGER'],
      run: async () => differs([], leaked(await recorded(await gate(), PASSWORD), ['correct-horse', 'account/A1'])),
    },
    {
      name: 'a payee and a subject are not in the record',
      exercises: ['CTL-PSEUDONYMS', 'CTL-LEDGER'],
      run: async () => differs([], leaked(await recorded(await gate(), PAYMENT), ['NEW', 'hello', 'account/A1'])),
    },
    {
      name: 'a recorded decision is made again from its record',
      exercises: ['CTL-REPLAY', 'CTL-LEDGER'],
      run: async () => replayProblem(await gate()),
    },
    {
      name: 'each record names the hash of the one before',
      exercises: ['CTL-LEDGER'],
      run: async () => {
        const open = await gate();
        const first = new TextEncoder().encode(await recorded(open, PASSWORD));
        const parsed = parseEvent(first);
        if (!parsed.ok) return differs('an event', parsed.problem.expected);
        const second = JSON.parse(await recorded(open, PAYMENT, 1));
        return differs(eventHash(first, statementSubject(parsed.value)), second.prev);
      },
    },
  ];
}

function framingChecks(): readonly Check[] {
  const digest = (changes: object) => actionDigest('agent', { ...PAYMENT, ...changes });
  const shifted = (name: string, left: object, right: object): Check => ({
    name: `${name} gives another digest`,
    exercises: ['CTL-APPROVAL'],
    run: () => (digest(left) === digest(right) ? 'expected two digests, got one' : undefined),
  });
  return [
    shifted('text moved from type to resource', { type: 'ab', resource: 'c' }, { type: 'a', resource: 'bc' }),
    shifted(
      'text moved from resource to session',
      { resource: 'ab', sessionId: 'c' },
      { resource: 'a', sessionId: 'bc' },
    ),
    shifted('a quote that closes a field', { resource: 'a","sessionId":"b' }, { resource: 'a', sessionId: 'b' }),
    shifted('a number as text', { params: { amount: 1 } }, { params: { amount: '1' } }),
    shifted('a parameter in another form of Unicode', { params: { name: 'é' } }, { params: { name: 'e\u0301' } }),
    shifted('a null instead of nothing', { params: { note: null } }, { params: {} }),
  ];
}

function stopCheck(gate: OpenGate): Check {
  return {
    name: 'after a veto no change is allowed',
    exercises: ['CTL-STOPS'],
    run: async () => {
      const open = await gate();
      const officer = { subject: 'officer', aliases: [], groups: ['risk-officer'] };
      const directory = { agentIds: async () => [open.agentId] };
      const raised = await raiseVeto({ ...open, directory }, { officer, reason: 'test' });
      const change = { ...PAYMENT, type: 'profile.update', params: { city: 'Rome' } };
      const after = await submitAction(open, open.agentId, change);
      return differs([true, 'denied'], [raised.ok, after.ok ? after.value.record.status : after.problem.code]);
    },
  };
}

function budgetCheck(gate: OpenGate): Check {
  return {
    name: 'one key stands for one action',
    exercises: ['CTL-SESSIONS'],
    run: async () => {
      const open = await gate();
      await submitAction(open, open.agentId, PAYMENT);
      const other = await submitAction(open, open.agentId, { ...PAYMENT, resource: 'account/A2' });
      return differs('idempotency_key_reused', other.ok ? 'ok' : other.problem.code);
    },
  };
}

async function recorded(gate: LocalGate, request: typeof PAYMENT, seq = 0): Promise<string> {
  await submitAction(gate, gate.agentId, request);
  const item = gate.store.get({ entity: 'ledgerEvent', chain: agentChain(gate.agentId), seq });
  const bytes = item?.['bytes'];
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : '{}';
}

function leaked(record: string, texts: readonly string[]): readonly string[] {
  return record === '{}' ? ['no record'] : texts.filter((text) => record.includes(text));
}

async function replayProblem(gate: LocalGate): Promise<string | undefined> {
  const { data } = JSON.parse(await recorded(gate, PAYMENT));
  const context: JsonObject = isJsonObject(data.context) ? data.context : {};
  const again = decide(
    { agentId: gate.agentId, actionType: data.actionType, resource: data.resource, context },
    gate.bundle,
  );
  return differs(
    [data.verdict, data.rules, data.bundleHash, data.contextHash],
    [again.verdict, again.rules.map(({ id }) => id), again.bundleHash, again.contextHash],
  );
}
