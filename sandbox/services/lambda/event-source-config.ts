import type { Resource } from '../../contract.ts';
import { failureQueue } from './dead-letters.ts';
import { type RecordFilter, readFilter } from './stream-filter.ts';
import { asText, isTrue, optionalNumber, textList } from './template-values.ts';

/** One `AWS::Lambda::EventSourceMapping` on a DynamoDB stream. */
export interface EventSourceConfig {
  readonly id: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly bisectOnError: boolean;
  readonly reportsItemFailures: boolean;
  /** Retries after the first attempt; `Infinity` when unlimited. */
  readonly maxRetries: number;
  readonly maxRecordAgeMs: number;
  readonly filter: RecordFilter;
  /** Queue that gets what was given up. */
  readonly failureQueueArn: string | undefined;
}

const UNSUPPORTED = ['TumblingWindowInSeconds', 'KmsKeyArn', 'ProvisionedPollerConfig'] as const;

/** Reads a mapping. @throws {TypeError} naming the resource, for a source that is not a stream or an unknown setting */
export function readEventSource(resource: Resource): EventSourceConfig {
  const where = `${resource.stack}/${resource.logicalId}`;
  const properties = resource.properties;
  const streamArn = asText(properties['EventSourceArn'], `${where} EventSourceArn`);
  if (!/^arn:aws:dynamodb:.*\/stream\//.test(streamArn)) {
    throw new TypeError(`${where}: expected a DynamoDB stream as EventSourceArn, got \`${streamArn}\``);
  }
  for (const name of UNSUPPORTED) {
    if (properties[name] !== undefined) throw new TypeError(`${where}: expected no ${name}, the sandbox has none`);
  }
  const number = (name: string, fallback: number): number =>
    optionalNumber(properties[name], `${where} ${name}`) ?? fallback;
  const unlimited = (value: number): number => (value < 0 ? Number.POSITIVE_INFINITY : value);
  return {
    id: resource.logicalId,
    streamArn,
    functionName: asText(properties['FunctionName'], `${where} FunctionName`),
    batchSize: number('BatchSize', 100),
    batchingWindowMs: number('MaximumBatchingWindowInSeconds', 0) * 1000,
    bisectOnError: isTrue(properties['BisectBatchOnFunctionError']),
    reportsItemFailures: textList(properties['FunctionResponseTypes'], where).includes('ReportBatchItemFailures'),
    maxRetries: unlimited(number('MaximumRetryAttempts', -1)),
    maxRecordAgeMs: unlimited(number('MaximumRecordAgeInSeconds', -1)) * 1000,
    filter: readFilter(properties['FilterCriteria'], where),
    failureQueueArn: failureQueue(properties['DestinationConfig'], `${where} DestinationConfig`),
  };
}
