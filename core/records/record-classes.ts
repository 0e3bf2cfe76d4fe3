/**
 * Kinds of record and how long each is kept when the configuration says nothing. `source` is an entry of the
 * regulation data, `citation` how that entry cites the rule; `months` is its period. The mapping from record to rule is this project's choice, not a
 * regulator's: an institution confirms it with its own counsel.
 */
export const RECORD_CLASSES = {
  decisions: {
    months: 72,
    source: 'US-17A4-A',
    citation: '17 CFR 240.17a-4(a)',
    holds: 'decisions, redemptions, outcomes and budget releases on agent chains',
  },
  approvals: {
    months: 72,
    source: 'US-FINRA-4511',
    citation: 'FINRA Rule 4511',
    holds: 'approval requests, decisions and envelopes on agent chains',
  },
  control: {
    months: 60,
    source: 'NY-500.06',
    citation: '23 NYCRR 500.06',
    holds: 'halts, vetoes, risk levels, registry loads, erasures, holds and keys',
  },
  bundles: {
    months: 72,
    source: 'US-17A4-A',
    citation: '17 CFR 240.17a-4(a)',
    holds: 'policy bundles, needed to replay the decisions made under them',
  },
  details: {
    months: 0,
    source: 'EU-GDPR-5-17',
    citation: 'Reg. (EU) 2016/679 Arts 5(1)(e), 17(3)(b)',
    holds: 'encrypted details beside events: how long they may not be erased on request; nothing erases them by itself',
  },
  logs: {
    months: 6,
    source: 'EU-AIA-19',
    citation: 'Reg. (EU) 2024/1689 Art. 19',
    holds: 'access and function logs, which describe service and decide nothing',
  },
} as const;

/** One of {@link RECORD_CLASSES}. */
export type RecordClass = keyof typeof RECORD_CLASSES;

/** A period as the configuration writes it. */
export type Period = ({ readonly days: number } | { readonly years: number }) & {
  /** The rule that is followed in place of the cited one; without it no period may be shorter than cited. */
  readonly instead?: string | undefined;
};

/** Whole days each record class is kept. */
export type RetentionDays = { readonly [name in RecordClass]: number };

/** Every record class, in the order they are shown. */
export const RECORD_CLASS_NAMES: readonly RecordClass[] = [
  'decisions',
  'approvals',
  'control',
  'bundles',
  'details',
  'logs',
];

/** Longest year: a period never ends early because a leap day fell inside it. */
const DAYS_PER_YEAR = 365.25;
const MONTHS_PER_YEAR = 12;

/** Days of a period, rounded up. */
export function daysOf(period: Period): number {
  return 'days' in period ? period.days : Math.ceil(period.years * DAYS_PER_YEAR);
}

/** Days of the cited regulation's period, rounded up. */
export function citedDays(name: RecordClass): number {
  return Math.ceil((RECORD_CLASSES[name].months / MONTHS_PER_YEAR) * DAYS_PER_YEAR);
}

/** Days for every class: what is configured, else what is cited. */
export function retentionDays(periods: { readonly [name in RecordClass]?: Period | undefined }): RetentionDays {
  const days = (name: RecordClass): number => {
    const period = periods[name];
    return period === undefined ? citedDays(name) : daysOf(period);
  };
  return {
    decisions: days('decisions'),
    approvals: days('approvals'),
    control: days('control'),
    bundles: days('bundles'),
    details: days('details'),
    logs: days('logs'),
  };
}

/**
 * Lock period of every archived object, in days. One object holds one chain's events of one day, and an agent's chain
 * mixes decisions with approvals, so an object is kept as long as the longest-lived record it can hold.
 */
export function archiveLockDays(retention: RetentionDays): number {
  return Math.max(retention.decisions, retention.approvals, retention.control, retention.bundles);
}
