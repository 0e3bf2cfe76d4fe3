/**
 * EventBridge rules and EventBridge Scheduler schedules of the synthesised templates, on the sandbox's clock.
 *
 * Kept: rate and cron schedules in UTC, constant input, the scheduled event's shape, disabled rules, the function's
 * permission for a rule and the role's for a schedule, asynchronous invocation with its retries. A clock moved across
 * several occurrences fires each schedule once. Not kept: event patterns, time zones, flexible windows, input
 * transformers, targets other than functions, one-time schedules, a schedule's own retries.
 */
import { randomUUID } from 'node:crypto';
import type { AwsError, Resource, SandboxContext } from '../../contract.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import { roleCaller } from '../lambda/role-caller.ts';
import { asList, asRecord, asText, optionalText } from '../lambda/template-values.ts';
import { parseSchedule, type Schedule } from './schedule-expression.ts';

/** What a schedule starts. */
type Launcher = Pick<LambdaService, 'authorizeService' | 'invokeLater'>;

interface Entry {
  readonly name: string;
  readonly schedule: Schedule;
  readonly functionArn: string;
  readonly event: (atMs: number) => unknown;
  /** @throws {AwsError} when the target may not be invoked */
  readonly authorize: () => void;
}

/** Every enabled schedule of the templates. */
export class Schedules {
  readonly #context: SandboxContext;
  readonly #lambda: Launcher;
  readonly #entries: readonly Entry[];
  readonly #cancel = new Map<Entry, () => void>();

  /** @throws {TypeError} naming the resource, for what the sandbox does not run */
  constructor(context: SandboxContext, lambda: Launcher) {
    this.#context = context;
    this.#lambda = lambda;
    const rules = context.assembly
      .byType('AWS::Events::Rule')
      .filter(isEnabled)
      .flatMap((rule) => this.#readRule(rule));
    const schedules = context.assembly
      .byType('AWS::Scheduler::Schedule')
      .filter(isEnabled)
      .map((entry) => this.#readSchedule(entry));
    this.#entries = [...rules, ...schedules];
  }

  /** Names of the schedules, once per target. */
  get names(): readonly string[] {
    return this.#entries.map((entry) => entry.name);
  }

  /** Fires from now on until `close`. */
  start(): void {
    for (const entry of this.#entries) this.#arm(entry);
  }

  /** Fires nothing any more. */
  close(): void {
    for (const cancel of this.#cancel.values()) cancel();
    this.#cancel.clear();
  }

  #arm(entry: Entry): void {
    const atMs = entry.schedule(this.#context.clock.nowMs());
    if (atMs === undefined) return;
    this.#cancel.set(
      entry,
      this.#context.clock.at(atMs, () => {
        this.#fire(entry, atMs);
        this.#arm(entry);
      }),
    );
  }

  #fire(entry: Entry, atMs: number): void {
    try {
      entry.authorize();
      this.#lambda.invokeLater(entry.functionArn, entry.event(atMs));
    } catch (error) {
      const reason: Partial<AwsError> | undefined = error instanceof Error ? error : undefined;
      process.emitWarning(`schedule ${entry.name} cannot invoke its target: ${reason?.message ?? String(error)}`);
    }
  }

  #readRule(rule: Resource): readonly Entry[] {
    const where = `${rule.stack}/${rule.logicalId}`;
    const expression = optionalText(rule.properties['ScheduleExpression'], where);
    if (expression === undefined || rule.properties['EventPattern'] !== undefined) {
      throw new TypeError(`${where}: the sandbox knows rules with a schedule only`);
    }
    const schedule = this.#schedule(expression, where);
    return asList(rule.properties['Targets'], where).map((value) => {
      const target = asRecord(value, where);
      const functionArn = functionTarget(target['Arn'], where);
      if (target['InputTransformer'] !== undefined || target['InputPath'] !== undefined) {
        throw new TypeError(`${where}: the sandbox knows constant input only`);
      }
      const input = optionalText(target['Input'], where);
      return {
        name: rule.ref,
        schedule,
        functionArn,
        event: (atMs) => (input === undefined ? this.#scheduledEvent(rule.arn, atMs) : JSON.parse(input)),
        authorize: () => this.#lambda.authorizeService('events.amazonaws.com', rule.arn, functionArn),
      };
    });
  }

  #readSchedule(resource: Resource): Entry {
    const where = `${resource.stack}/${resource.logicalId}`;
    const target = asRecord(resource.properties['Target'], where);
    const functionArn = functionTarget(target['Arn'], where);
    const caller = roleCaller(asText(target['RoleArn'], where), resource.ref, this.#context.assembly.accountId);
    const input = optionalText(target['Input'], where) ?? '{}';
    return {
      name: resource.ref,
      schedule: this.#schedule(asText(resource.properties['ScheduleExpression'], where), where),
      functionArn,
      event: () => JSON.parse(input),
      authorize: () => this.#context.authorizer.authorize(caller, 'lambda:InvokeFunction', functionArn),
    };
  }

  #schedule(expression: string, where: string): Schedule {
    try {
      return parseSchedule(expression, this.#context.clock.nowMs());
    } catch (error) {
      throw new TypeError(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  #scheduledEvent(ruleArn: string, atMs: number): object {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.#context.assembly.accountId,
      time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
      region: this.#context.assembly.region,
      resources: [ruleArn],
      detail: {},
    };
  }
}

function isEnabled(resource: Resource): boolean {
  return (resource.properties['State'] ?? 'ENABLED') === 'ENABLED';
}

function functionTarget(value: unknown, where: string): string {
  const arn = asText(value, `${where} target`);
  if (!arn.startsWith('arn:aws:lambda:'))
    throw new TypeError(`${where}: expected a function as target, got \`${arn}\``);
  return arn;
}
