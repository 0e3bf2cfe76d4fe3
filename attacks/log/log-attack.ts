import type { LogCheck } from '../../core/ledger/log-verify/check.ts';
import type { Attack } from '../attack.ts';
import type { Presented } from './auditor.ts';
import { audit, failedChecks } from './auditor.ts';

/** An attack on a log that its verifier must catch. */
export interface LogAttack {
  readonly name: string;
  /** The check it is there for, then the others that answer too, by number. */
  readonly caughtBy: readonly [LogCheck, ...LogCheck[]];
  readonly forged: () => Promise<Presented> | Presented;
  /** What looks most like it and is in order. */
  readonly honest: () => Promise<Presented> | Presented;
}

/**
 * The attack with its proof that nothing else catches it: without all of the checks it must pass, and the checks are
 * found of which one alone makes the difference.
 */
export function logAttack({ name, caughtBy, forged, honest }: LogAttack): Attack {
  // Forged once: some attacks make a world of their own grow.
  let presented: Promise<Presented> | undefined;
  const show = () => {
    presented ??= Promise.resolve().then(forged);
    return presented;
  };
  const tried = new Map<string, Promise<boolean>>();
  const passes = (off: readonly LogCheck[]) => {
    const known = tried.get(off.join()) ?? show().then(async (shown) => (await failedChecks(shown, off)).length === 0);
    tried.set(off.join(), known);
    return known;
  };
  return {
    name,
    mount: 'log',
    caughtBy,
    attempt: async () => [...(await failedChecks(await show()))].sort((left, right) => rank(left) - rank(right)),
    honest: async () => {
      const { ok, findings, checks } = await audit(await honest());
      const open = Object.entries(checks).filter(([, { status }]) => status === 'failed');
      return ok ? undefined : `expected a log in order, got ${JSON.stringify(findings[0] ?? open)}`;
    },
    mutation: { off: caughtBy.join(', '), reaches: () => passes(caughtBy) },
    onlyGuards: async () => {
      const only: LogCheck[] = [];
      for (const check of caughtBy) if (await passes([check])) only.push(check);
      return only;
    },
  };

  /** The named check first, the others by number. */
  function rank(check: LogCheck): number {
    return check === caughtBy[0] ? 0 : Number(check.slice(1));
  }
}
