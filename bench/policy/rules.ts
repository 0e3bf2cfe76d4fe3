import type { DecisionContext } from '../../core/gate/facts/context.ts';

/** The thresholds of the asked action type, micro-USD. */
export interface BenchLimits {
  readonly materialityMicroUsd: number;
  readonly dualMicroUsd: number;
  readonly sessionMicroUsd: number;
  readonly dayMicroUsd: number;
}

/** One rule in both languages: `permit`, `forbid`, or what a forbid requires to stand aside. */
export interface BenchRule {
  readonly kind: 'permit' | 'forbid' | 'approvals=1' | 'approvals=2;managers=1';
  /** Cedar, without the `unless` of approvals. */
  readonly cedar: string;
  /** The same, written by hand, without the approvals. */
  readonly test: (c: DecisionContext, l: BenchLimits) => boolean;
}

/** A hundred rules that are all about the asked action. */
export const BENCH_RULES: readonly BenchRule[] = [
  {
    kind: 'permit',
    cedar: 'context.agent.registered && context.agent.active',
    test: (c) => c.agent.registered && c.agent.active,
  },
  {
    kind: 'permit',
    cedar: 'context.agent.registered && context.account.known && context.approvals.count >= 1',
    test: (c) => c.agent.registered && c.account.known && c.approvals.count >= 1,
  },
  { kind: 'forbid', cedar: '!context.agent.registered', test: (c) => !c.agent.registered },
  { kind: 'forbid', cedar: '!context.agent.active', test: (c) => !c.agent.active },
  { kind: 'forbid', cedar: '!context.agent.scoped', test: (c) => !c.agent.scoped },
  { kind: 'forbid', cedar: '!context.agent.accountAllowed', test: (c) => !c.agent.accountAllowed },
  { kind: 'forbid', cedar: '!context.request.paramsValid', test: (c) => !c.request.paramsValid },
  { kind: 'forbid', cedar: '!context.request.resourceValid', test: (c) => !c.request.resourceValid },
  { kind: 'forbid', cedar: '!context.request.resourceMatches', test: (c) => !c.request.resourceMatches },
  { kind: 'forbid', cedar: '!context.session.idValid', test: (c) => !c.session.idValid },
  { kind: 'forbid', cedar: '!context.budget.declared', test: (c) => !c.budget.declared },
  { kind: 'forbid', cedar: '!context.budget.priced', test: (c) => !c.budget.priced },
  { kind: 'forbid', cedar: '!context.amount.valid', test: (c) => !c.amount.valid },
  { kind: 'forbid', cedar: 'context.agent.halted', test: (c) => c.agent.halted },
  { kind: 'forbid', cedar: 'context.stop.veto', test: (c) => c.stop.veto },
  { kind: 'forbid', cedar: 'context.session.expired', test: (c) => c.session.expired },
  { kind: 'forbid', cedar: 'context.budget.sessionUsdExceeded', test: (c) => c.budget.sessionUsdExceeded },
  { kind: 'forbid', cedar: 'context.budget.sessionTokensExceeded', test: (c) => c.budget.sessionTokensExceeded },
  { kind: 'forbid', cedar: 'context.budget.dayUsdExceeded', test: (c) => c.budget.dayUsdExceeded },
  { kind: 'forbid', cedar: 'context.budget.dayTokensExceeded', test: (c) => c.budget.dayTokensExceeded },
  { kind: 'forbid', cedar: 'context.budget.unitUsdExceeded', test: (c) => c.budget.unitUsdExceeded },
  { kind: 'forbid', cedar: 'context.budget.unitTokensExceeded', test: (c) => c.budget.unitTokensExceeded },
  { kind: 'forbid', cedar: 'context.payee.changed', test: (c) => c.payee.changed },
  { kind: 'forbid', cedar: 'context.stop.riskLevel >= 4', test: (c) => c.stop.riskLevel >= 4 },
  { kind: 'forbid', cedar: 'context.stop.riskLevel >= 5', test: (c) => c.stop.riskLevel >= 5 },
  { kind: 'forbid', cedar: 'context.open.sessions >= 10', test: (c) => c.open.sessions >= 10 },
  { kind: 'forbid', cedar: 'context.open.approvals >= 10', test: (c) => c.open.approvals >= 10 },
  { kind: 'forbid', cedar: 'context.open.reservations >= 50', test: (c) => c.open.reservations >= 50 },
  { kind: 'forbid', cedar: 'context.signals.contains("urgent")', test: (c) => c.signals.includes('urgent') },
  { kind: 'forbid', cedar: 'context.signals.contains("new-device")', test: (c) => c.signals.includes('new-device') },
  { kind: 'forbid', cedar: 'context.signals.contains("foreign")', test: (c) => c.signals.includes('foreign') },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("provisional-credit")',
    test: (c) => c.signals.includes('provisional-credit'),
  },
  { kind: 'forbid', cedar: 'context.signals.contains("after-hours")', test: (c) => c.signals.includes('after-hours') },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("shared-address")',
    test: (c) => c.signals.includes('shared-address'),
  },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("name-mismatch")',
    test: (c) => c.signals.includes('name-mismatch'),
  },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("round-amount")',
    test: (c) => c.signals.includes('round-amount'),
  },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("urgent") && context.amount.microUsd > context.limits.materialityMicroUsd',
    test: (c, l) => c.signals.includes('urgent') && c.amount.microUsd > l.materialityMicroUsd,
  },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("foreign") && context.amount.microUsd > context.limits.materialityMicroUsd',
    test: (c, l) => c.signals.includes('foreign') && c.amount.microUsd > l.materialityMicroUsd,
  },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("after-hours") && context.amount.microUsd > context.limits.materialityMicroUsd',
    test: (c, l) => c.signals.includes('after-hours') && c.amount.microUsd > l.materialityMicroUsd,
  },
  {
    kind: 'forbid',
    cedar: 'context.signals.contains("round-amount") && context.amount.microUsd > context.limits.materialityMicroUsd',
    test: (c, l) => c.signals.includes('round-amount') && c.amount.microUsd > l.materialityMicroUsd,
  },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 40000000000', test: (c) => c.amount.microUsd > 40000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 41000000000', test: (c) => c.amount.microUsd > 41000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 42000000000', test: (c) => c.amount.microUsd > 42000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 43000000000', test: (c) => c.amount.microUsd > 43000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 44000000000', test: (c) => c.amount.microUsd > 44000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 45000000000', test: (c) => c.amount.microUsd > 45000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 46000000000', test: (c) => c.amount.microUsd > 46000000000 },
  { kind: 'forbid', cedar: 'context.amount.microUsd > 47000000000', test: (c) => c.amount.microUsd > 47000000000 },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 60000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 60000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 61000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 61000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 62000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 62000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 63000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 63000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 64000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 64000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 65000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 65000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 66000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 66000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > 67000000000',
    test: (c) => c.day.amountMicroUsd + c.amount.microUsd > 67000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 50000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 50000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 51000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 51000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 52000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 52000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 53000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 53000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 54000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 54000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 55000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 55000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 56000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 56000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > 57000000000',
    test: (c) => c.session.amountMicroUsd + c.amount.microUsd > 57000000000,
  },
  {
    kind: 'forbid',
    cedar: '!context.payee.known && context.amount.microUsd > 20000000000',
    test: (c) => !c.payee.known && c.amount.microUsd > 20000000000,
  },
  {
    kind: 'forbid',
    cedar: '!context.payee.known && context.amount.microUsd > 21000000000',
    test: (c) => !c.payee.known && c.amount.microUsd > 21000000000,
  },
  {
    kind: 'forbid',
    cedar: '!context.payee.known && context.amount.microUsd > 22000000000',
    test: (c) => !c.payee.known && c.amount.microUsd > 22000000000,
  },
  {
    kind: 'forbid',
    cedar: '!context.payee.known && context.amount.microUsd > 23000000000',
    test: (c) => !c.payee.known && c.amount.microUsd > 23000000000,
  },
  {
    kind: 'forbid',
    cedar: '!context.payee.known && context.amount.microUsd > 24000000000',
    test: (c) => !c.payee.known && c.amount.microUsd > 24000000000,
  },
  {
    kind: 'forbid',
    cedar: '!context.payee.known && context.amount.microUsd > 25000000000',
    test: (c) => !c.payee.known && c.amount.microUsd > 25000000000,
  },
  {
    kind: 'forbid',
    cedar: 'context.stop.riskLevel >= 3 && (context.session.fresh || !context.customer.addressOnFile)',
    test: (c) => c.stop.riskLevel >= 3 && (c.session.fresh || !c.customer.addressOnFile),
  },
  {
    kind: 'forbid',
    cedar: 'context.stop.riskLevel >= 4 && (context.session.fresh || !context.customer.addressOnFile)',
    test: (c) => c.stop.riskLevel >= 4 && (c.session.fresh || !c.customer.addressOnFile),
  },
  {
    kind: 'forbid',
    cedar: 'context.stop.riskLevel >= 5 && (context.session.fresh || !context.customer.addressOnFile)',
    test: (c) => c.stop.riskLevel >= 5 && (c.session.fresh || !c.customer.addressOnFile),
  },
  {
    kind: 'forbid',
    cedar: 'context.stop.riskLevel >= 3 && context.session.fresh && !context.schedule.known',
    test: (c) => c.stop.riskLevel >= 3 && c.session.fresh && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar: 'context.stop.riskLevel >= 4 && context.session.fresh && !context.schedule.known',
    test: (c) => c.stop.riskLevel >= 4 && c.session.fresh && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar: 'context.stop.riskLevel >= 5 && context.session.fresh && !context.schedule.known',
    test: (c) => c.stop.riskLevel >= 5 && c.session.fresh && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar:
      'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 3',
    test: (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 3,
  },
  {
    kind: 'forbid',
    cedar:
      'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 4',
    test: (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 4,
  },
  {
    kind: 'forbid',
    cedar:
      'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 5',
    test: (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 5,
  },
  {
    kind: 'forbid',
    cedar:
      'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 6',
    test: (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 6,
  },
  {
    kind: 'forbid',
    cedar:
      'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 7',
    test: (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 7,
  },
  {
    kind: 'forbid',
    cedar:
      'context.amount.microUsd > context.account.balanceMicroUsd && context.account.known && context.open.reservations >= 8',
    test: (c) => c.amount.microUsd > c.account.balanceMicroUsd && c.account.known && c.open.reservations >= 8,
  },
  {
    kind: 'forbid',
    cedar:
      'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 2',
    test: (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 2,
  },
  {
    kind: 'forbid',
    cedar:
      'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 3',
    test: (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 3,
  },
  {
    kind: 'forbid',
    cedar:
      'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 4',
    test: (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 4,
  },
  {
    kind: 'forbid',
    cedar:
      'context.payee.highestMicroUsd < context.amount.microUsd && context.payee.known && context.stop.riskLevel >= 5',
    test: (c) => c.payee.highestMicroUsd < c.amount.microUsd && c.payee.known && c.stop.riskLevel >= 5,
  },
  {
    kind: 'approvals=1',
    cedar: 'context.amount.microUsd > context.limits.materialityMicroUsd',
    test: (c, l) => c.amount.microUsd > l.materialityMicroUsd,
  },
  { kind: 'approvals=1', cedar: '!context.payee.known', test: (c) => !c.payee.known },
  { kind: 'approvals=1', cedar: '!context.account.known', test: (c) => !c.account.known },
  {
    kind: 'approvals=1',
    cedar: 'context.session.amountMicroUsd + context.amount.microUsd > context.limits.sessionMicroUsd',
    test: (c, l) => c.session.amountMicroUsd + c.amount.microUsd > l.sessionMicroUsd,
  },
  {
    kind: 'approvals=1',
    cedar: 'context.day.amountMicroUsd + context.amount.microUsd > context.limits.dayMicroUsd',
    test: (c, l) => c.day.amountMicroUsd + c.amount.microUsd > l.dayMicroUsd,
  },
  {
    kind: 'approvals=1',
    cedar: 'context.amount.microUsd > context.payee.highestMicroUsd + 1000000000',
    test: (c) => c.amount.microUsd > c.payee.highestMicroUsd + 1000000000,
  },
  {
    kind: 'approvals=1',
    cedar: 'context.session.marked && !context.payee.known',
    test: (c) => c.session.marked && !c.payee.known,
  },
  {
    kind: 'approvals=2;managers=1',
    cedar: 'context.amount.microUsd > context.limits.dualMicroUsd',
    test: (c, l) => c.amount.microUsd > l.dualMicroUsd,
  },
  {
    kind: 'approvals=2;managers=1',
    cedar: 'context.payee.changed && context.amount.microUsd > context.limits.materialityMicroUsd',
    test: (c, l) => c.payee.changed && c.amount.microUsd > l.materialityMicroUsd,
  },
  {
    kind: 'forbid',
    cedar: 'context.schedule.microUsd > 10000000000 && !context.schedule.known',
    test: (c) => c.schedule.microUsd > 10000000000 && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar: 'context.schedule.microUsd > 11000000000 && !context.schedule.known',
    test: (c) => c.schedule.microUsd > 11000000000 && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar: 'context.schedule.microUsd > 12000000000 && !context.schedule.known',
    test: (c) => c.schedule.microUsd > 12000000000 && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar: 'context.schedule.microUsd > 13000000000 && !context.schedule.known',
    test: (c) => c.schedule.microUsd > 13000000000 && !c.schedule.known,
  },
  {
    kind: 'forbid',
    cedar: 'context.schedule.microUsd > 14000000000 && !context.schedule.known',
    test: (c) => c.schedule.microUsd > 14000000000 && !c.schedule.known,
  },
];
