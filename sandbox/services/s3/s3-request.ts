import type { AwsCall, ConditionContext, SandboxContext } from '../../contract.ts';
import type { Bucket } from './bucket.ts';

/** One call to an existing bucket, with what decides and answers it. */
export interface S3Request {
  readonly call: AwsCall;
  readonly bucket: Bucket;
  /** Empty for calls to the bucket itself. */
  readonly key: string;
  readonly versionId: string | undefined;
  readonly nowMs: number;
  /** @throws {AwsError} `AccessDenied` */
  authorize(action: string, context?: ConditionContext): void;
  /** For the object's encryption key, if it has one. @throws {AwsError} `AccessDenied` */
  authorizeKey(action: 'kms:GenerateDataKey' | 'kms:Decrypt'): void;
}

const conditionHeaders: { readonly [header: string]: string } = {
  'if-none-match': 's3:if-none-match',
  'if-match': 's3:if-match',
  'x-amz-object-lock-mode': 's3:object-lock-mode',
  'x-amz-object-lock-retain-until-date': 's3:object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold': 's3:object-lock-legal-hold',
  'x-amz-server-side-encryption': 's3:x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 's3:x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-content-sha256': 's3:x-amz-content-sha256',
  'x-amz-storage-class': 's3:x-amz-storage-class',
  'x-amz-acl': 's3:x-amz-acl',
};

const conditionQuery: { readonly [parameter: string]: string } = {
  prefix: 's3:prefix',
  delimiter: 's3:delimiter',
  'max-keys': 's3:max-keys',
  versionId: 's3:VersionId',
};

const dayMs = 86_400_000;

/** Whole days until `retainUntilMs`, a begun day counted, as `s3:object-lock-remaining-retention-days` shows them. */
export function remainingDays(retainUntilMs: number, nowMs: number): number {
  return Math.ceil((retainUntilMs - nowMs) / dayMs);
}

function conditionContext({ headers, query }: AwsCall, nowMs: number): ConditionContext {
  const context: { [key: string]: string | number } = {
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
  };
  for (const [header, key] of Object.entries(conditionHeaders)) {
    const value = headers[header];
    if (value !== undefined) {
      context[key] = value;
    }
  }
  for (const [parameter, key] of Object.entries(conditionQuery)) {
    const value = query.get(parameter);
    if (value !== null) {
      context[key] = value;
    }
  }
  const retainUntilMs = Date.parse(headers['x-amz-object-lock-retain-until-date'] ?? '');
  if (!Number.isNaN(retainUntilMs)) {
    context['s3:object-lock-remaining-retention-days'] = remainingDays(retainUntilMs, nowMs);
  }
  return context;
}

/** Binds a call to its bucket. */
export function createS3Request(context: SandboxContext, call: AwsCall, bucket: Bucket, key: string): S3Request {
  const { authorizer, assembly } = context;
  const nowMs = context.clock.nowMs();
  const arn = key === '' ? bucket.arn : `${bucket.arn}/${key}`;
  const fromRequest = conditionContext(call, nowMs);
  const bucketActions = /^s3:(ListBucket|ListBucketVersions|GetBucket)/;
  return {
    call,
    bucket,
    key,
    versionId: call.query.get('versionId') ?? undefined,
    nowMs,
    authorize: (action, more) => {
      const resource = bucketActions.test(action) ? bucket.arn : arn;
      authorizer.authorize(call.caller, action, resource, { ...fromRequest, ...more });
    },
    authorizeKey: (action) => {
      if (bucket.kmsKeyArn !== undefined) {
        authorizer.authorize(call.caller, action, bucket.kmsKeyArn, {
          'kms:ViaService': `s3.${assembly.region}.amazonaws.com`,
          'kms:CallerAccount': assembly.accountId,
          'kms:EncryptionContext:aws:s3:arn': bucket.bucketKey ? bucket.arn : arn,
        });
      }
    },
  };
}
