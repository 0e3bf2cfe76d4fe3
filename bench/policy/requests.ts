import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DecisionContext } from '../../core/gate/facts/context.ts';
import { POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';

const BASE: DecisionContext = JSON.parse(readFileSync(join(POLICIES_DIRECTORY, 'cases/base.json'), 'utf8')).context;
const MILLION = 1_000_000;

/** Payments as they come: six in eight are allowed, one asks for approval, one is denied. Every amount is another. */
export function benchContexts(count: number): readonly DecisionContext[] {
  return Array.from({ length: count }, (_, index): DecisionContext => {
    const amountMicroUsd = (index % 90) * MILLION + index;
    const context = {
      ...BASE,
      account: { known: true, balanceMicroUsd: 900_000 * MILLION + index },
      payee: { known: index % 8 !== 6, changed: false, highestMicroUsd: 500 * MILLION },
      amount: { valid: true, microUsd: amountMicroUsd },
      stop: { veto: index % 8 === 7, riskLevel: 1 },
      day: { amountMicroUsd: (index % 50) * MILLION },
    };
    // As a context that was read: one shape of object, made by the parser.
    return JSON.parse(JSON.stringify(context));
  });
}
