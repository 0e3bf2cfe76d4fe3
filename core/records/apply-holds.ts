import type { Clock, Entropy, StateStore } from '../ports.ts';
import type { HoldableObjects, ListedObject } from './held-objects.ts';
import { coversObject, isHeld } from './held-objects.ts';
import type { HoldList } from './hold.ts';
import { decodeHolds, HOLDS } from './hold.ts';
import type { HoldPass } from './hold-pass.ts';
import {
  areaAfter,
  changedAtMs,
  decodePass,
  HOLD_PASS,
  isSettled,
  nextPass,
  passWrite,
  SETTLE_MS,
} from './hold-pass.ts';

/** What carrying out holds on objects needs from outside. */
export interface ApplyHoldsDeps {
  readonly store: StateStore;
  readonly objects: HoldableObjects;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** How far the objects follow the holds. */
export interface HoldReport {
  /** `passing`: more to do; `waiting`: another pass is due later; `settled`: every object is as the holds say. */
  readonly state: 'passing' | 'waiting' | 'settled';
  /** Objects that were put under a hold or released on the pass. */
  readonly objects: number;
}

/** So many requests are under way at a time. */
const AT_ONCE = 20;
const TOKEN_BYTES = 16;

/**
 * Puts S3 legal holds on the objects that holds cover, and takes them off those that none covers any more, page by page
 * until `untilMs`. One run at a time: two would read each other's progress late.
 *
 * @throws {StorageFault} when a store could not answer; the next run goes on from the last page that was finished
 * @throws {CorruptState} when the holds or the progress cannot be read: nothing is released then
 */
export async function applyHolds(deps: ApplyHoldsDeps, untilMs: number): Promise<HoldReport> {
  const [holds, progress] = await deps.store.read([HOLDS, HOLD_PASS]);
  const list = decodeHolds(holds);
  const before = decodePass(progress);
  let pass = nextPass(before, list, deps.clock.nowMs());
  if (pass === undefined) {
    const isWaiting = before !== undefined && list.holds.length > 0 && !isSettled(before);
    return { state: isWaiting ? 'waiting' : 'settled', objects: before?.objects ?? 0 };
  }
  while (pass.doneAtMs === undefined && deps.clock.nowMs() < untilMs) pass = await onePage(deps, list, pass);
  if (pass.doneAtMs === undefined) return { state: 'passing', objects: pass.objects };
  return { state: isSettled(pass) ? 'settled' : 'waiting', objects: pass.objects };
}

async function onePage(deps: ApplyHoldsDeps, list: HoldList, pass: HoldPass): Promise<HoldPass> {
  // A little more than what changed: clocks of two functions differ.
  const changed = list.holds.filter((hold) => changedAtMs(hold) >= pass.sinceMs - SETTLE_MS);
  const page = await deps.objects.page(pass.area, pass.after);
  const concerned = page.objects.filter((object) => changed.some((hold) => coversObject(hold, object)));
  for (let start = 0; start < concerned.length; start += AT_ONCE) {
    const some = concerned.slice(start, start + AT_ONCE);
    await Promise.all(
      some.map((object) => deps.objects.setLegalHold(pass.area, object.key, isHeld(list.holds, object))),
    );
  }
  const moved = advanced(pass, page, concerned.length, deps.clock.nowMs());
  const outcome = await deps.store.commit([passWrite(moved)], deps.entropy.randomHex(TOKEN_BYTES));
  if (!outcome.committed) throw new Error('expected one run at a time to carry out holds, got another');
  return { ...moved, step: moved.step + 1 };
}

function advanced(
  { after: _before, ...pass }: HoldPass,
  { objects, isLast }: { readonly objects: readonly ListedObject[]; readonly isLast: boolean },
  touched: number,
  nowMs: number,
): HoldPass {
  const counted = { ...pass, objects: pass.objects + touched };
  const last = objects.at(-1);
  if (!isLast && last !== undefined) return { ...counted, after: last.key };
  const next = areaAfter(pass.area);
  return next === undefined ? { ...counted, doneAtMs: nowMs } : { ...counted, area: next };
}
