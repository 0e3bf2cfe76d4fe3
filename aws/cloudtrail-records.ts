import * as v from 'valibot';
import type { MacCall } from '../core/reconcile/match-macs.ts';
import { StorageFault } from '../core/state/entities.ts';

const LogFile = v.object({ Records: v.array(v.unknown()) });

/** The members of a KMS record that matter; see AWS's example of a `GenerateMac` entry. */
const MacRecord = v.object({
  eventTime: v.pipe(v.string(), v.isoTimestamp()),
  requestID: v.string(),
  errorCode: v.optional(v.string()),
  userIdentity: v.object({
    sessionContext: v.optional(v.object({ sessionIssuer: v.optional(v.object({ arn: v.optional(v.string()) })) })),
  }),
  resources: v.array(v.object({ ARN: v.optional(v.string()) })),
});

/** Which records are kept. */
export interface MacFilter {
  readonly keyArns: readonly string[];
  readonly sealerRoleArn: string;
}

/**
 * The calls of a CloudTrail log file that made a MAC with one of the keys. Calls that failed made none.
 *
 * @throws {StorageFault} when the file, or a record of such a call, is not what CloudTrail writes: it must not be
 * passed over
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/ct-generatemac.html
 */
export function macCallsIn(bytes: Uint8Array, { keyArns, sealerRoleArn }: MacFilter): readonly MacCall[] {
  const { Records } = parsed(LogFile, JSON.parse(new TextDecoder().decode(bytes)));
  return Records.filter(isMacRecord).flatMap((record) => {
    const { eventTime, requestID, errorCode, userIdentity, resources } = parsed(MacRecord, record);
    if (errorCode !== undefined || !resources.some(({ ARN }) => ARN !== undefined && keyArns.includes(ARN))) return [];
    const roleArn = userIdentity.sessionContext?.sessionIssuer?.arn;
    const by = roleArn === sealerRoleArn ? 'sealer' : 'other';
    return [{ timeMs: Date.parse(eventTime), requestId: requestID, by } as const];
  });
}

function isMacRecord(record: unknown): boolean {
  if (typeof record !== 'object' || record === null) return false;
  return (
    Reflect.get(record, 'eventSource') === 'kms.amazonaws.com' && Reflect.get(record, 'eventName') === 'GenerateMac'
  );
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const place = result.issues.map((issue) => v.getDotPath(issue) ?? 'the file').join(', ');
  throw new StorageFault(`expected a log file of CloudTrail, got something else at \`${place}\``);
}
