import { parseArgs } from 'node:util';
import type { CommandIo } from './command.ts';
import { EXIT } from './command.ts';
import { checkAgentPermissions } from './demo/checks/agent-permissions.ts';
import { checkArchive } from './demo/checks/archive.ts';
import { checkDualApproval, checkSelfApproval } from './demo/checks/dual-approval.ts';
import { checkEnvelopes } from './demo/checks/envelopes.ts';
import { checkHalt, checkOverBudget } from './demo/checks/limits.ts';
import { checkLog } from './demo/checks/log.ts';
import { checkReplay } from './demo/checks/replay.ts';
import type { SqlAnswer } from './demo/checks/sql.ts';
import { checkSql } from './demo/checks/sql.ts';
import { openDemoWorld } from './demo/open-world.ts';
import { printReport } from './demo/print-report.ts';
import { readRecordedTasks } from './demo/recorded-actions.ts';
import type { ReplayedTask } from './demo/replay-tasks.ts';
import { replayTask } from './demo/replay-tasks.ts';
import type { DemoReport } from './demo/report.ts';
import { demoReport } from './demo/report.ts';
import type { DemoWorld } from './demo/world.ts';
import { policiesDir } from './sandbox/registry.ts';

/** How the command is called. */
export const DEMO_USAGE = `countersign demo [--json]
  Runs the whole app in a sandbox of its own on recorded agents' actions. Exit code 0 only if every check holds.`;

/** The demonstration: real templates, real recorded actions, every check of it. */
export async function demoCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean', default: false } } });
  const say = values.json ? () => undefined : (text: string) => io.stdout(`${text}\n`);
  const { world, io: worldIo, close } = await openDemoWorld(io, say);
  try {
    const { report, replayed, answers } = await demonstrate(world, worldIo, say);
    if (values.json) io.stdout(`${JSON.stringify(report)}\n`);
    else printReport(say, report, replayed, answers);
    return report.ok ? EXIT.ok : EXIT.failed;
  } finally {
    await close();
  }
}

interface Demonstrated {
  readonly report: DemoReport;
  readonly replayed: readonly ReplayedTask[];
  readonly answers: readonly SqlAnswer[];
}

async function demonstrate(world: DemoWorld, io: CommandIo, say: (text: string) => void): Promise<Demonstrated> {
  const tasks = readRecordedTasks(policiesDir(), { account: world.accountId });
  say(`replaying ${tasks.length} recorded tasks through the API …`);
  const cast = {
    agentFor: (task: { readonly source: string }) =>
      task.source.startsWith('agentdojo') ? world.payments : world.service,
    approver: world.people.ann,
    manager: world.people.mara,
  };
  const replayed: ReplayedTask[] = [];
  for (const task of tasks) replayed.push(await replayTask(cast, task));
  say('checking what must not be possible …');
  const checks = [
    checkReplay(replayed),
    await checkDualApproval(world),
    await checkSelfApproval(world),
    await checkEnvelopes(world),
    await checkOverBudget(world),
    await checkHalt(world),
    await checkAgentPermissions(world),
    await checkLog(world, io),
  ];
  const archive = await checkArchive(world, io);
  const sql = await checkSql(world, io);
  const report = demoReport(replayed, [...checks, archive.check, sql.check], {
    events: archive.events,
    verified: archive.verified,
  });
  return { report, replayed, answers: sql.answers };
}
