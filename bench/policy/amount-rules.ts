import type { BenchRule } from './rule.ts';
import { forbid, unlessOne, unlessTwo } from './rule.ts';

/** Rules about amounts, alone and together with other facts, and those that approvals remove. */
export const AMOUNT_RULES: readonly BenchRule[] = [
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 60000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 60000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 61000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 61000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 62000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 62000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 63000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 63000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 64000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 64000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 65000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 65000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 66000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 66000000000,
  ),
  forbid(
    'context.day.amountMicroUsd + context.amount.microUsd > 67000000000',
    (c) => c.day.amountMicroUsd + c.amount.microUsd > 67000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 50000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 50000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 51000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 51000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 52000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 52000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 53000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 53000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 54000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 54000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 55000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 55000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 56000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 56000000000,
  ),
  forbid(
    'context.session.amountMicroUsd + context.amount.microUsd > 57000000000',
    (c) => c.session.amountMicroUsd + c.amount.microUsd > 57000000000,
  ),
  forbid(
    '!context.payee.known && context.amount.microUsd > 20000000000',
    (c) => !c.payee.known && c.amount.microUsd > 20000000000,
  ),
  forbid(
    '!context.payee.known && context.amount.microUsd > 21000000000',
    (c) => !c.payee.known && c.amount.microUsd > 21000000000,
  ),
  forbid(
    '!context.payee.known && context.amount.microUsd > 22000000000',
    (c) => !c.payee.known && c.amount.microUsd > 22000000000,
  ),
  forbid(
    '!context.payee.known && context.amount.microUsd > 23000000000',
    (c) => !c.payee.known && c.amount.microUsd > 23000000000,
  ),
  forbid(
    '!context.payee.known && context.amount.microUsd > 24000000000',
    (c) => !c.payee.known && c.amount.microUsd > 24000000000,
  ),
  forbid(
    '!context.payee.known && context.amount.microUsd > 25000000000',
    (c) => !c.payee.known && c.amount.microUsd > 25000000000,
  ),
  forbid(
    'context.stop.riskLevel >= 3 && (context.session.fresh || !context.customer.addressOnFile)',
    (c) => c.stop.riskLevel >= 3 && (c.session.fresh || !c.customer.addressOnFile),
  ),
  forbid(
    'context.stop.riskLevel >= 4 && (context.session.fresh || !context.customer.addressOnFile)',
    (c) => c.stop.riskLevel >= 4 && (c.session.fresh || !c.customer.addressOnFile),
  ),
  forbid(
    'context.stop.riskLevel >= 5 && (context.session.fresh || !context.customer.addressOnFile)',
    (c) => c.stop.riskLevel >= 5 && (c.session.fresh || !c.customer.addressOnFile),
  ),
  forbid(
    'context.stop.riskLevel >= 3 && context.session.fresh && !context.schedule.known',
    (c) => c.stop.riskLevel >= 3 && c.session.fresh && !c.schedule.known,
  ),
  forbid(
    'context.stop.riskLevel >= 4 && context.session.fresh && !context.schedule.known',
    (c) => c.stop.riskLevel >= 4 && c.session.fresh && !c.schedule.known,
  ),
  forbid(
    'context.stop.riskLevel >= 5 && context.session.fresh && !context.schedule.known',
    (c) => c.stop.riskLevel >= 5 && c.session.fresh && !c.schedule.known,
  ),
  forbid(
    'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 3',
    (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 3,
  ),
  forbid(
    'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 4',
    (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 4,
  ),
  forbid(
    'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 5',
    (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 5,
  ),
  forbid(
    'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 6',
    (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 6,
  ),
  forbid(
    'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 7',
    (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 7,
  ),
  forbid(
    'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 8',
    (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 8,
  ),
  forbid(
    'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 2',
    (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 2,
  ),
  forbid(
    'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 3',
    (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 3,
  ),
  forbid(
    'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 4',
    (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 4,
  ),
  forbid(
    'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 5',
    (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 5,
  ),
  unlessOne(
    'context.amount.microUsd > context.limits.materialityMicroUsd',
    (c, l) => c.amount.microUsd > l.materialityMicroUsd,
  ),
  unlessOne('!context.payee.known', (c) => !c.payee.known),
  unlessOne('!context.account.known', (c) => !c.account.known),
  unlessOne(
    'context.session.amountMicroUsd + context.amount.microUsd > context.limits.sessionMicroUsd',
    (c, l) => c.session.amountMicroUsd + c.amount.microUsd > l.sessionMicroUsd,
  ),
  unlessOne(
    'context.day.amountMicroUsd + context.amount.microUsd > context.limits.dayMicroUsd',
    (c, l) => c.day.amountMicroUsd + c.amount.microUsd > l.dayMicroUsd,
  ),
  unlessOne(
    'context.amount.microUsd > context.payee.highestMicroUsd + 1000000000',
    (c) => c.amount.microUsd > c.payee.highestMicroUsd + 1000000000,
  ),
  unlessOne('context.session.marked && !context.payee.known', (c) => c.session.marked && !c.payee.known),
  unlessTwo('context.amount.microUsd > context.limits.dualMicroUsd', (c, l) => c.amount.microUsd > l.dualMicroUsd),
  unlessTwo(
    'context.payee.changed && context.amount.microUsd > context.limits.materialityMicroUsd',
    (c, l) => c.payee.changed && c.amount.microUsd > l.materialityMicroUsd,
  ),
  forbid(
    'context.schedule.microUsd > 10000000000 && !context.schedule.known',
    (c) => c.schedule.microUsd > 10000000000 && !c.schedule.known,
  ),
  forbid(
    'context.schedule.microUsd > 11000000000 && !context.schedule.known',
    (c) => c.schedule.microUsd > 11000000000 && !c.schedule.known,
  ),
  forbid(
    'context.schedule.microUsd > 12000000000 && !context.schedule.known',
    (c) => c.schedule.microUsd > 12000000000 && !c.schedule.known,
  ),
  forbid(
    'context.schedule.microUsd > 13000000000 && !context.schedule.known',
    (c) => c.schedule.microUsd > 13000000000 && !c.schedule.known,
  ),
  forbid(
    'context.schedule.microUsd > 14000000000 && !context.schedule.known',
    (c) => c.schedule.microUsd > 14000000000 && !c.schedule.known,
  ),
];
