import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

interface Guard {
  readonly ErrorEquals: readonly string[];
  readonly Next?: string;
  readonly MaxAttempts?: number;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number;
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: { readonly [name: string]: unknown } };
  readonly Output?: unknown;
  readonly Assign?: unknown;
  readonly Retry?: readonly Guard[];
  readonly Catch?: readonly Guard[];
  readonly Next?: string;
  readonly Branches?: readonly Machine[];
}

interface Machine {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
}

const text = readFileSync(new URL('../../statemachines/approval.asl.json', import.meta.url), 'utf8');
const machine: Machine = JSON.parse(text);
const validate: (definition: unknown) => { isValid: boolean; errorsText: () => string } = createRequire(
  import.meta.url,
)('asl-validator');

/** Every state with its name and the Catch rules that apply to it, its own or those of the Parallel around it. */
function allStates(
  within: Machine,
  around: readonly Guard[] = [],
): (State & { name: string; guards: readonly Guard[] })[] {
  return Object.entries(within.States).flatMap(([name, state]) => {
    const guards = [...(state.Catch ?? []), ...around];
    return [{ ...state, name, guards }, ...(state.Branches ?? []).flatMap((branch) => allStates(branch, guards))];
  });
}

/** The rule that decides whether a task is repeated after an error: the first that names it or everything. */
function retrier(rules: readonly Guard[] = [], error: string): Guard | undefined {
  return rules.find(({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'));
}

const states = allStates(machine);
const tasks = states.filter(({ Type }) => Type === 'Task');
const waiting = tasks.filter(({ Resource }) => Resource?.endsWith('.waitForTaskToken'));
const tokenExpression = '$states.context.Task.Token';

describe('the approval workflow', () => {
  it('is valid amazon states language', () => {
    const filled = JSON.parse(
      text.replaceAll(/\$\{(\w+)\}/g, (_, name) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`),
    );
    const result = validate(filled);
    expect(result.isValid, result.errorsText()).toBe(true);
  });

  it('has tasks and waits to check', () => {
    expect(tasks).toHaveLength(9);
    expect(waiting).toHaveLength(3);
  });

  it.each(tasks)('ends "$name" after a stated time and catches whatever befalls it', (task) => {
    expect(task.TimeoutSeconds).toBeDefined();
    expect(task.guards.flatMap(({ ErrorEquals }) => ErrorEquals)).toContain('States.ALL');
  });

  it.each(tasks.filter(({ HeartbeatSeconds }) => HeartbeatSeconds !== undefined))(
    'beats more often than "$name" may last',
    ({ TimeoutSeconds, HeartbeatSeconds }) => {
      expect(Number(HeartbeatSeconds)).toBeLessThan(Number(TimeoutSeconds));
    },
  );

  it.each(waiting)('lets "$name" wait exactly as long as the request lives', ({ TimeoutSeconds }) => {
    expect(TimeoutSeconds).toBe('{% $timeoutSeconds %}');
  });

  it.each(waiting)('sends a timeout, refusal and cancellation of "$name" to its own ending', ({ guards }) => {
    const route = (error: string) => guards.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.Next;
    expect(['States.Timeout', 'Countersign.Refused', 'Countersign.Cancelled', 'States.ALL'].map(route)).toEqual([
      'Close it as timed out',
      'Close it as refused',
      'Close it as cancelled',
      'Close it as failed',
    ]);
  });

  it.each(waiting)('never repeats "$name" for what a person said or did not say', ({ Retry }) => {
    for (const error of ['Countersign.Refused', 'Countersign.Cancelled', 'States.Timeout']) {
      expect(retrier(Retry, error)).toMatchObject({ MaxAttempts: 0 });
    }
  });

  it.each(tasks)(
    'repeats "$name" for any other trouble, a stated number of times, further and further apart',
    (task) => {
      const rule = retrier(task.Retry, 'EnvelopeKeyFault');
      expect(rule).toMatchObject({ BackoffRate: 2, JitterStrategy: 'FULL' });
      expect(rule?.MaxAttempts).toBeGreaterThan(2);
      expect(rule?.MaxAttempts).toBeLessThanOrEqual(10);
    },
  );

  it.each(tasks)('does not repeat "$name" for input that will never fit', ({ Retry }) => {
    expect(retrier(Retry, 'InvalidInput')).toMatchObject({ MaxAttempts: 0 });
  });

  it('gives the token to the function that keeps it and to nothing else', () => {
    for (const state of states) {
      const { Arguments, Branches: _inner, guards: _guards, ...rest } = state;
      expect(JSON.stringify(rest)).not.toContain(tokenExpression);
      const carries = JSON.stringify(Arguments ?? {}).includes(tokenExpression);
      expect(carries).toBe(waiting.includes(state));
      if (carries) expect(Arguments?.FunctionName).toMatch(/^\$\{ApprovalAwaitFunctionArn\}$/);
      if (carries) expect(state.Output).toEqual({});
    }
  });

  it('waits for slots 1 and 2 at the same time when two people are needed', () => {
    const both = states.find(({ name }) => name === 'Wait for both approvers');
    const slots = (both?.Branches ?? [])
      .flatMap((branch) => Object.values(branch.States))
      .map((state) => state.Arguments?.Payload['slot']);
    expect(slots).toEqual([1, 2]);
  });

  it('names only functions the stack fills in', () => {
    const names = new Set(Array.from(text.matchAll(/\$\{(\w+)\}/g), ([, name]) => name));
    expect([...names].sort()).toEqual([
      'ApprovalAwaitFunctionArn',
      'ApprovalCloseFunctionArn',
      'ApprovalOpenFunctionArn',
      'ApprovalSealFunctionArn',
    ]);
  });

  it('leads from every state only to states there are, and to every state', () => {
    const names = new Set(states.map(({ name }) => name));
    const targets = [...text.matchAll(/"(?:Next|StartAt|Default)": "([^"]+)"/g)].map(([, target]) => target);
    for (const target of targets) expect(names).toContain(target);
    for (const name of names) expect(targets).toContain(name);
  });

  it('reaches the approved end only through the seal', () => {
    const before = states.filter(({ Next }) => Next === 'The action is approved').map(({ name }) => name);
    expect(before).toEqual(['Seal the approvals']);
    expect(text.match(/The action is approved/g)).toHaveLength(2);
  });
});
