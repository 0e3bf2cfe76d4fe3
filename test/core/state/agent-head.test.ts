import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAttributes, toAttributes } from '../../../aws/attribute-values.ts';
import { type AgentHead, decodeAgentHead, encodeAgentHead, newAgentHead } from '../../../core/state/agent-head.ts';

const count = fc.nat();
const money = fc.bigInt({ min: 0n, max: 10n ** 18n });
const session = fc.record(
  {
    startedAtMs: count,
    microUsd: money,
    tokens: money,
    amountMicroUsd: money,
    marked: fc.constant(true as const),
  },
  { requiredKeys: ['startedAtMs', 'microUsd', 'tokens', 'amountMicroUsd'] },
);
const hold = fc.record({
  microUsd: money,
  tokens: money,
  sessionId: fc.string(),
  day: fc.string(),
  unitId: fc.string(),
  month: fc.string(),
  lapsesAtMs: count,
});
const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
const head: fc.Arbitrary<AgentHead> = fc.record({
  version: count,
  chain: fc.record({ nextSeq: count, prevHash: fc.string(), lastTimeMs: count }),
  stopAllVersion: count,
  agentStopVersion: count,
  day: fc.string(),
  dayMicroUsd: money,
  dayTokens: money,
  dayAmountMicroUsd: money,
  pendingApprovals: count,
  sessions: fc.dictionary(name, session, { noNullPrototype: true }),
  reservations: fc.dictionary(name, hold, { noNullPrototype: true }),
});

describe('agent head', () => {
  it('comes back unchanged when stored in DynamoDB form and read', () => {
    fc.assert(
      fc.property(head, (value) => {
        expect(decodeAgentHead(fromAttributes(toAttributes(encodeAgentHead(value))))).toEqual(value);
      }),
    );
  });

  it.each(Object.keys(encodeAgentHead(newAgentHead('a'))))(
    'is refused as corrupt when `%s` is missing',
    (attribute) => {
      const { [attribute]: _removed, ...rest } = encodeAgentHead(newAgentHead('a'));
      expect(() => decodeAgentHead(rest)).toThrow(`expected stored \`${attribute}\``);
    },
  );

  it('fits one write unit when an agent has three sessions and four holds', () => {
    const value = encodeAgentHead({
      ...newAgentHead('111122223333:countersign-agent-teller'),
      chain: { nextSeq: 123_456, prevHash: 'f'.repeat(64), lastTimeMs: 1_800_000_000_000 },
      day: '2026-11-20',
      sessions: Object.fromEntries(
        ['s1', 's2', 's3'].map((id) => [
          `session-${id}`,
          {
            startedAtMs: 1_800_000_000_000,
            microUsd: 25_000_000n,
            tokens: 120_000n,
            amountMicroUsd: 98_700_000n,
            marked: true,
          },
        ]),
      ),
      reservations: Object.fromEntries(
        ['1', '2', '3', '4'].map((id) => [
          `act_0123456789abcdefghjkmnpq${id}`,
          {
            microUsd: 1_500_000n,
            tokens: 20_000n,
            sessionId: 'session-s1',
            day: '2026-11-20',
            unitId: 'retail',
            month: '2026-11',
            lapsesAtMs: 1_800_000_000_000,
          },
        ]),
      ),
    });
    expect(JSON.stringify(toAttributes(value)).length).toBeLessThan(2_048);
  });
});
