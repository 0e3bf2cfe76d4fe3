import type { RegistryFact } from '../../../core/authority/registry-from-environment.ts';
import type { PriceTable } from '../../../core/budget/prices.ts';
import type { CompiledBundle } from '../../../core/gate/bundle.ts';
import type { CaseResult, Dimension } from '../../../core/gate/coverage/coverage.ts';
import type { Verdict } from '../../../core/gate/decision.ts';
import { JsonReader } from '../../../core/gate/facts/json-reader.ts';
import { FACT_KINDS, factKey } from '../../../core/gate/facts/sources.ts';
import { submitAction } from '../../../core/gate/submit.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import { CanonicalFormError } from '../../../core/ledger/canonical.ts';
import type { LocalGate } from '../eval/local-gate.ts';
import { openLocalGate } from '../eval/local-gate.ts';
import { approveAndRedeem, refuse } from '../eval/people.ts';

interface AttemptedCall {
  readonly type: string;
  readonly params: JsonObject;
  readonly resource: string;
  readonly session: string;
  /** `refused`: the request has no canonical form, so it is never decided. */
  readonly verdict: Verdict | 'refused';
  /** Rules the answer must quote. */
  readonly rules: readonly string[];
  /** What people answer when they are asked. */
  readonly people: 'approve' | 'refuse' | 'nothing';
}

/** One attempt to get round the gate: calls of one agent in order, and what the gate must say to each. */
export interface Attempt {
  readonly name: string;
  readonly controls: readonly string[];
  readonly agent: { readonly scopes?: readonly string[]; readonly accounts?: readonly string[] };
  readonly calls: readonly AttemptedCall[];
}

/** A file of attempts. */
export interface Attempts {
  readonly facts: readonly RegistryFact[];
  readonly attempts: readonly Attempt[];
}

/** What attempts run against. */
export interface AttemptWorld {
  readonly bundle: CompiledBundle;
  readonly prices: PriceTable;
}

/** Reads a file of attempts. @throws {JsonFormatError} naming the first place that is not as expected */
export function decodeAttempts(value: JsonValue): Attempts {
  const reader = new JsonReader(value, 'attempts');
  reader.only(['note', 'facts', 'attempts']);
  return { facts: reader.list('facts').map(decodeFact), attempts: reader.list('attempts').map(decodeAttempt) };
}

/** Runs every attempt against a gate of its own. */
export async function runAttempts(
  world: AttemptWorld,
  { facts, attempts }: Attempts,
  dimension: Dimension,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const attempt of attempts) {
    const gate = await openLocalGate({ ...world, facts, agent: attempt.agent });
    results.push(await runAttempt(gate, attempt, dimension));
  }
  return results;
}

async function runAttempt(gate: LocalGate, attempt: Attempt, dimension: Dimension): Promise<CaseResult> {
  const seen = new Set(attempt.controls);
  const problems: string[] = [];
  for (const [index, call] of attempt.calls.entries()) {
    const answer = await ask(gate, call, `call-${index}`);
    const quoted: ReadonlySet<string> = new Set(answer.rules);
    for (const rule of quoted) seen.add(rule);
    const missing = call.rules.filter((rule) => !quoted.has(rule));
    if (answer.verdict !== call.verdict) {
      problems.push(`call ${index + 1}: expected ${call.verdict}, got ${answer.verdict} by ${answer.rules.join(', ')}`);
    } else if (missing.length > 0) {
      problems.push(`call ${index + 1}: expected ${missing.join(', ')}, got ${answer.rules.join(', ')}`);
    }
  }
  return {
    id: `${dimension}: ${attempt.name}`,
    dimension,
    exercises: [...seen].sort(),
    passed: problems.length === 0,
    ...(problems.length > 0 && { problem: problems.join('; ') }),
  };
}

async function ask(gate: LocalGate, call: AttemptedCall, idempotencyKey: string) {
  const { type, params, resource, session: sessionId } = call;
  try {
    const submitted = await submitAction(gate, gate.agentId, { type, params, resource, sessionId, idempotencyKey });
    if (!submitted.ok) throw new Error(`expected a decision, got \`${submitted.problem.code}\``);
    const { record } = submitted.value;
    if (record.status === 'pending_approval' && call.people === 'approve') await approveAndRedeem(gate, record);
    if (record.status === 'pending_approval' && call.people === 'refuse') await refuse(gate, record);
    return { verdict: record.decision.verdict, rules: record.decision.rules.map(({ id }) => id) };
  } catch (error) {
    if (error instanceof CanonicalFormError) return { verdict: 'refused' as const, rules: [] };
    throw error;
  }
}

function decodeFact(value: JsonValue): RegistryFact {
  const reader = new JsonReader(value, 'attempts.facts');
  return { kind: reader.oneOf('kind', FACT_KINDS), key: factKey(reader.texts('key')), value: reader.object('value') };
}

function decodeAttempt(value: JsonValue): Attempt {
  const reader = new JsonReader(value, 'attempts.attempts');
  reader.only(['name', 'controls', 'agent', 'calls']);
  const agent = new JsonReader(reader.optionalObject('agent'), 'attempts.agent');
  agent.only(['scopes', 'accounts']);
  return {
    name: reader.text('name'),
    controls: reader.texts('controls'),
    agent: {
      ...(agent.has('scopes') && { scopes: agent.texts('scopes') }),
      ...(agent.has('accounts') && { accounts: agent.texts('accounts') }),
    },
    calls: reader.list('calls').map(decodeCall),
  };
}

/** An empty name is an attempt too. */
function sessionOf(value: JsonValue): string {
  const session = isJsonObject(value) ? value['session'] : undefined;
  return typeof session === 'string' ? session : 'session';
}

function decodeCall(value: JsonValue): AttemptedCall {
  const reader = new JsonReader(value, 'attempts.calls');
  reader.only(['type', 'params', 'resource', 'session', 'verdict', 'rules', 'people']);
  return {
    type: reader.text('type'),
    params: reader.object('params'),
    resource: reader.text('resource'),
    session: sessionOf(value),
    verdict: reader.oneOf('verdict', ['allow', 'deny', 'require_approval', 'refused'] as const),
    rules: reader.texts('rules'),
    people: reader.has('people') ? reader.oneOf('people', ['approve', 'refuse'] as const) : 'nothing',
  };
}
