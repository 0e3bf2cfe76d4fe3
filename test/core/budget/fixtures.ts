import { readFileSync } from 'node:fs';
import type { AgentCaps, UnitRegistration } from '../../../core/authority/registration.ts';
import type { BudgetDemand, BudgetView } from '../../../core/budget/budget-view.ts';
import { monthOf } from '../../../core/budget/caps.ts';
import { parsePriceTable } from '../../../core/budget/prices.ts';
import type { AgentHead } from '../../../core/state/agent-head.ts';
import { newAgentHead } from '../../../core/state/agent-head.ts';
import type { StoredItem } from '../../../core/state/entities.ts';
import { TEST_NOW_MS } from '../../support/deps.ts';

/** The table the product ships. */
export const PRICES = parsePriceTable(
  JSON.parse(readFileSync(new URL('../../../policies/prices.json', import.meta.url), 'utf8')),
);

export const CAPS: AgentCaps = {
  sessionMicroUsd: 1_000n,
  sessionTokens: 10_000n,
  dayMicroUsd: 2_000n,
  dayTokens: 20_000n,
  sessionSeconds: 3_600,
};

export const UNIT: UnitRegistration = { unitId: 'payments', monthMicroUsd: 5_000n, monthTokens: 50_000n };

export const AGENT_ID = '111122223333:countersign-agent-teller';

export function demand(microUsd: bigint, tokens = 1n): BudgetDemand {
  return { required: true, modelKnown: true, valid: true, microUsd, tokens };
}

export const NO_DEMAND: BudgetDemand = { required: false, modelKnown: true, valid: true, microUsd: 0n, tokens: 0n };

export function view(
  overrides: {
    head?: Partial<AgentHead>;
    caps?: Partial<AgentCaps>;
    unit?: Partial<UnitRegistration>;
    unitItem?: StoredItem;
    sessionId?: string;
    nowMs?: number;
  } = {},
): BudgetView {
  const nowMs = overrides.nowMs ?? TEST_NOW_MS;
  return {
    head: { ...newAgentHead(AGENT_ID), ...overrides.head },
    caps: { ...CAPS, ...overrides.caps },
    unit: { caps: { ...UNIT, ...overrides.unit }, month: monthOf(nowMs), item: overrides.unitItem },
    sessionId: overrides.sessionId ?? 's1',
    nowMs,
  };
}
