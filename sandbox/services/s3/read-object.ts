import { AwsError, type AwsReply } from '../../contract.ts';
import type { ObjectVersion } from './object-version.ts';
import { noSuchKey, noSuchVersion, preconditionFailed } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** GetObject and HeadObject. */

/** The version a request names, or the current one. @throws {AwsError} where there is none, or it is a delete marker */
export function currentOrNamed(request: S3Request): ObjectVersion {
  const { bucket, key, versionId } = request;
  const versions = bucket.store.versions(key);
  const version = versionId === undefined ? versions[0] : versions.find((entry) => entry.versionId === versionId);
  if (version === undefined) {
    // Whoever may not list the bucket does not learn what is absent from it.
    request.authorize('s3:ListBucket');
    throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  }
  if (version.deleteMarker && versionId !== undefined) {
    throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
      'x-amz-delete-marker': 'true',
    });
  }
  if (version.deleteMarker) {
    request.authorize('s3:ListBucket');
    throw noSuchKey(key, version.versionId);
  }
  return version;
}

/** Headers that tell of a version. */
export function versionHeaders(request: S3Request, version: ObjectVersion): { readonly [name: string]: string } {
  const { bucket, call } = request;
  const checksums = Object.entries(version.checksums).map(
    ([name, value]) => [`x-amz-checksum-${name}`, value] as const,
  );
  const withChecksums =
    call.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && call.headers['range'] === undefined;
  const { retention } = version;
  return {
    ...version.headers,
    etag: version.etag,
    'last-modified': new Date(version.lastModifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    ...(bucket.versioned && { 'x-amz-version-id': version.versionId }),
    ...(bucket.kmsKeyArn !== undefined && {
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': bucket.kmsKeyArn,
    }),
    ...(retention !== undefined && {
      'x-amz-object-lock-mode': retention.mode,
      'x-amz-object-lock-retain-until-date': new Date(retention.retainUntilMs).toISOString(),
    }),
    ...(version.legalHold === true && { 'x-amz-object-lock-legal-hold': 'ON' }),
    ...(withChecksums && { ...Object.fromEntries(checksums), 'x-amz-checksum-type': 'FULL_OBJECT' }),
  };
}

interface ByteRange {
  readonly first: number;
  readonly last: number;
}

function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) {
    return undefined;
  }
  const first = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || last < first) {
    throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', { ActualObjectSize: size });
  }
  return { first, last };
}

function notModified({ call }: S3Request, version: ObjectVersion): boolean {
  const wanted = call.headers['if-match'];
  if (wanted !== undefined && wanted !== '*' && wanted !== version.etag) {
    throw preconditionFailed('If-Match');
  }
  const known = call.headers['if-none-match'];
  return known !== undefined && (known === '*' || known === version.etag);
}

export function getObject(request: S3Request): AwsReply {
  request.authorize(request.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion');
  const found = currentOrNamed(request);
  request.authorizeKey('kms:Decrypt');
  const { version, body } = request.bucket.store.read(found);
  const headers = versionHeaders(request, version);
  if (notModified(request, version)) {
    return { status: 304, headers, body: '' };
  }
  const range = parseRange(request.call.headers['range'], body.byteLength);
  const size = range === undefined ? body.byteLength : range.last - range.first + 1;
  const length = { 'content-length': String(size) };
  if (range === undefined) {
    return { status: 200, headers: { ...headers, ...length }, body };
  }
  const place = `bytes ${range.first}-${range.last}/${body.byteLength}`;
  const part = body.subarray(range.first, range.last + 1);
  return { status: 206, headers: { ...headers, ...length, 'content-range': place }, body: part };
}
