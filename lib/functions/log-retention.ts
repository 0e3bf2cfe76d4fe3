import { RetentionDays } from 'aws-cdk-lib/aws-logs';

const OFFERED: readonly RetentionDays[] = [
  RetentionDays.ONE_MONTH,
  RetentionDays.TWO_MONTHS,
  RetentionDays.THREE_MONTHS,
  RetentionDays.FOUR_MONTHS,
  RetentionDays.FIVE_MONTHS,
  RetentionDays.SIX_MONTHS,
  RetentionDays.ONE_YEAR,
  RetentionDays.THIRTEEN_MONTHS,
  RetentionDays.EIGHTEEN_MONTHS,
  RetentionDays.TWO_YEARS,
  RetentionDays.THREE_YEARS,
  RetentionDays.FIVE_YEARS,
  RetentionDays.SIX_YEARS,
  RetentionDays.SEVEN_YEARS,
  RetentionDays.EIGHT_YEARS,
  RetentionDays.NINE_YEARS,
  RetentionDays.TEN_YEARS,
];

/** The shortest retention CloudWatch Logs offers that is not shorter than `days`; without end beyond ten years. */
export function logRetention(days: number): RetentionDays {
  return OFFERED.find((offered) => offered >= days) ?? RetentionDays.INFINITE;
}
