import { AwsError } from '../../contract.ts';

/** Errors as S3 words them. */

export const noSuchBucket = (bucket: string): AwsError =>
  new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: bucket });

export const noSuchKey = (key: string, deleteMarkerVersion?: string): AwsError =>
  new AwsError('NoSuchKey', 404, 'The specified key does not exist.', {
    Key: key,
    ...(deleteMarkerVersion !== undefined && {
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': deleteMarkerVersion,
    }),
  });

export const noSuchVersion = (key: string, versionId: string): AwsError =>
  new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', { Key: key, VersionId: versionId });

export const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });

export const protectedByLock = (): AwsError =>
  new AwsError('AccessDenied', 403, 'Access Denied because object protected by object lock.');

export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequest', 400, message);

export const invalidArgument = (message: string): AwsError => new AwsError('InvalidArgument', 400, message);

export const malformedXml = (): AwsError =>
  new AwsError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const notEmulated = (what: string): AwsError =>
  new AwsError('NotImplemented', 501, `the sandbox does not emulate ${what}`);
