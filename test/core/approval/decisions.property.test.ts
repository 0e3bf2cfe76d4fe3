import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64Url } from '../../../core/approval/base64url.ts';
import { close } from '../../../core/approval/close.ts';
import { decide } from '../../../core/approval/decide.ts';
import { parseEnvelope } from '../../../core/approval/envelope.ts';
import { actionEnvelopes, seal } from '../../../core/approval/seal.ts';
import type { Person } from '../../../core/approval/separation.ts';
import { isSamePerson, normaliseIdentity } from '../../../core/approval/separation.ts';
import {
  ACTION,
  AGENT,
  actionRef,
  amy,
  bob,
  eventTypes,
  givenOpenRequest,
  guest,
  mia,
  owner,
  pendingApprovals,
} from './scene.ts';

const disguise = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.toUpperCase(),
  (text: string) => ` ${text}\u200b`,
);
const people: fc.Arbitrary<Person> = fc
  .tuple(
    fc.constantFrom(amy, bob, mia, owner, guest, { ...mia, subject: 'sub-mia-2' }, { ...amy, subject: AGENT }),
    disguise,
    fc.option(fc.constantFrom(['approver'], ['manager'], ['approver', 'manager'], ['agent-owner'], []), {
      nil: undefined,
    }),
  )
  .map(([person, change, groups]) => ({
    subject: change(person.subject),
    aliases: person.aliases.map(change),
    groups: groups ?? person.groups,
  }));

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('approve' as const), person: people, saw: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const), person: people, saw: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('seal' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), forMs: fc.integer({ min: 0, max: 600_000 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('fault' as const), how: fc.constantFrom('before', 'after', 'conflict') }),
    },
  ),
  { maxLength: 14 },
);

/** Runs the steps against a request that needs two people, one a manager, and returns who approved in sealed form. */
async function run(sequence: typeof steps extends fc.Arbitrary<infer Steps> ? Steps : never) {
  const scene = await givenOpenRequest(2);
  const approved = new Map<string, Person>();
  for (const step of sequence) {
    if (step.do === 'approve' || step.do === 'reject') {
      const { person, saw } = step;
      const digest = saw ? scene.digest : 'f'.repeat(64);
      const decided = await decide(scene, { actionId: ACTION, person, decision: step.do, reason: 'x', digest });
      const pseudonym = scene.pseudonyms.pseudonym('person', normaliseIdentity(person.subject));
      if (decided.ok && step.do === 'approve' && !approved.has(pseudonym)) approved.set(pseudonym, person);
    }
    if (step.do === 'seal') await seal(scene, { actionId: ACTION, agentId: AGENT });
    if (step.do === 'close') await close(scene, { actionId: ACTION, agentId: AGENT, outcome: 'failed' });
    if (step.do === 'wait') scene.clock.advance(step.forMs);
    if (step.do === 'fault') scene.store.failCommits(step.how as 'before' | 'after' | 'conflict');
  }
  return { scene, approved };
}

describe('any sequence of answers, seals, closings, waits and faults', () => {
  it('never seals without two distinct eligible people, one of them a manager', async () => {
    let sealedRuns = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { scene, approved } = await run(sequence);
        const envelopes = actionEnvelopes(scene.store.get(actionRef) ?? {});
        const wasSealed = eventTypes(scene).includes('approval.sealed');
        expect(envelopes.length).toBe(wasSealed ? 2 : 0);
        if (!wasSealed) return;
        sealedRuns += 1;
        const payloads = envelopes.map(({ payload }) => parseEnvelope(fromBase64Url(payload) ?? new Uint8Array()));
        const [first, second] = payloads.map((parsed) => (parsed.ok ? approved.get(parsed.value.approver) : undefined));
        if (first === undefined || second === undefined) throw new Error('sealed for someone who did not approve');
        expect(isSamePerson(first, second)).toBe(false);
        expect([first, second].some(({ groups }) => groups.includes('manager'))).toBe(true);
        for (const person of [first, second]) {
          expect(isSamePerson(person, owner)).toBe(false);
          expect(isSamePerson(person, { subject: AGENT, aliases: [] })).toBe(false);
          expect(person.groups.includes('approver') || person.groups.includes('manager')).toBe(true);
        }
      }),
      { numRuns: 300, seed: 20_261_120 },
    );
    // The property would be empty if no sequence ever got as far as a seal.
    expect(sealedRuns).toBeGreaterThan(5);
  });

  it('ends a request at most once and lowers the pending count exactly when it ends', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { scene } = await run(sequence);
        const ends = eventTypes(scene).filter((type) => type === 'approval.sealed' || type === 'approval.closed');
        expect(ends.length).toBeLessThanOrEqual(1);
        expect(pendingApprovals(scene)).toBe(1 - ends.length);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
