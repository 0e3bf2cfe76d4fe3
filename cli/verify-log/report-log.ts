import { LogUnreadable } from '../../core/ledger/log-verify/verify-log.ts';
import { LogInputError } from './log-inputs.ts';
import type { OpenLog } from './open-log.ts';
import { logReportLines } from './report-lines.ts';
import type { LogFlags } from './run-verifier.ts';
import { runVerifier } from './run-verifier.ts';
import { timestampTrust } from './timestamp-trust.ts';

/** How verifying a log ends, as the process tells its caller. */
export const LOG_EXIT = { ok: 0, failed: 1, badInput: 3 } as const;

/** What printing a log's report needs of the process. */
export interface ReportPlace extends OpenLog {
  /** What threads run. */
  readonly threadCode: URL;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/**
 * Verifies a log and prints its report, for people or as JSON.
 *
 * @returns 0 when nothing failed and all that was asked for was checked, 1 when not, 3 on bad input
 */
export async function reportLog(place: ReportPlace, flags: LogFlags): Promise<number> {
  const { stdout, stderr } = place;
  const surroundings = { nowMs: Date.now(), isTerminal: process.stderr.isTTY === true, trust: timestampTrust };
  try {
    const outcome = await runVerifier({ ...place, ...surroundings }, flags);
    stdout(flags.json ? `${JSON.stringify(outcome)}\n` : `${logReportLines(outcome).join('\n')}\n`);
    return outcome.ok ? LOG_EXIT.ok : LOG_EXIT.failed;
  } catch (error) {
    if (!(error instanceof LogInputError || error instanceof LogUnreadable)) throw error;
    stderr(`${error.message}\n`);
    return LOG_EXIT.badInput;
  }
}
