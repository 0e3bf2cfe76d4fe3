import { parseArgs } from 'node:util';
import { ERASE_TYPE, erasureResource, MAX_MONTHS } from '../core/records/erase-subject.ts';
import { isMonth, monthsBefore } from '../core/records/months.ts';
import { agentClient } from './agent.ts';
import { approvedAct, reportAct } from './approved-act.ts';
import { runCommand } from './audit/run-command.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';
import { findDeployment } from './deployment.ts';
import { RECORDS_ROLE } from './sandbox/registry.ts';

/** How the command is called. */
export const ERASE_USAGE = `usage: countersign erase SUBJECT --through YYYY-MM [--from YYYY-MM] [--no-wait] [--key KEY] [--as ROLE] [--json]
  Asks for the keys of a subject's details to be destroyed, waits for two people, one of them a manager, and destroys
  them. SUBJECT is the pseudonym that events name. Without --from: the ${MAX_MONTHS} months that end with --through. After a
  refusal, or an approval nobody used in time, --key asks anew.`;

const OPTIONS = {
  from: { type: 'string' },
  through: { type: 'string' },
  'no-wait': { type: 'boolean', default: false },
  key: { type: 'string' },
  as: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `countersign erase`: exit code 0 means that the details can no longer be read. */
export function eraseCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, ERASE_USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const [subject, ...others] = positionals;
    const { through = '', json: isJson } = values;
    const from = values.from ?? (isMonth(through) ? monthsBefore(through, MAX_MONTHS - 1) : '');
    if (subject === undefined || others.length > 0 || !isMonth(from) || !isMonth(through)) {
      throw new CommandError(EXIT.badInput, ERASE_USAGE);
    }
    if (!/^p1_[0-9a-f]{32}$/.test(subject))
      throw new CommandError(EXIT.badInput, `expected a pseudonym (p1_ and 32 hexadecimal digits), got \`${subject}\``);
    const client = agentClient(io, values.as ?? recordsRole(io));
    const action = {
      type: ERASE_TYPE,
      params: { subject, from, through },
      resource: erasureResource(subject),
      sessionId: `erase-${subject}`,
      idempotencyKey: values.key ?? `erase-${subject}-${from}-${through}`,
    };
    const approved = await approvedAct(io, client, action, { isWaiting: !values['no-wait'], isJson });
    if ('exitCode' in approved) return approved.exitCode;
    const reply = await client.eraseSubject(approved.actionId, subject, from, through);
    return reportAct(io, isJson, approved.actionId, reply, `the keys of ${subject} are destroyed`);
  });
}

/** The sandbox's records desk; elsewhere whoever the environment's credentials say. */
export function recordsRole(io: CommandIo): string | undefined {
  return findDeployment(io).sandbox === undefined ? undefined : RECORDS_ROLE;
}
