import { createHash } from 'node:crypto';
import { AwsError, type AwsReply } from '../../contract.ts';
import { verifyChecksums } from './checksums.ts';
import { lockOfNewVersion, requireDeletable, xmlReply } from './object-lock.ts';
import type { ObjectVersion } from './object-version.ts';
import { invalidRequest, malformedXml, noSuchKey, notEmulated, preconditionFailed } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { childrenOf, element, textOf, xmlDocument } from './xml.ts';

/** PutObject, DeleteObject and DeleteObjects. Each runs without a pause between its checks and its write. */

const keptHeaders: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]);
const longestKeyBytes = 1_024;
const largestDelete = 1_000;

function headersToKeep(headers: { readonly [name: string]: string }): { readonly [name: string]: string } {
  const kept = Object.entries(headers).filter(([name]) => keptHeaders.has(name) || name.startsWith('x-amz-meta-'));
  const plain = kept.map(
    ([name, value]) => [name, name === 'content-encoding' ? withoutFraming(value) : value] as const,
  );
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(plain.filter(([, value]) => value !== '')) };
}

function withoutFraming(encoding: string): string {
  const codings = encoding.split(',').map((coding) => coding.trim());
  return codings.filter((coding) => coding !== 'aws-chunked').join(', ');
}

function checkConditions(request: S3Request): void {
  const { headers } = request.call;
  const current = request.bucket.store.versions(request.key)[0];
  const exists = current !== undefined && !current.deleteMarker;
  const absent = headers['if-none-match'];
  if (absent !== undefined && absent !== '*') {
    throw notEmulated('If-None-Match with a value other than *');
  }
  if (absent !== undefined && exists) {
    throw preconditionFailed('If-None-Match');
  }
  const expected = headers['if-match'];
  if (expected !== undefined && !exists) {
    throw noSuchKey(request.key);
  }
  if (expected !== undefined && expected !== '*' && expected !== current?.etag) {
    throw preconditionFailed('If-Match');
  }
}

/** The quoted MD5 that S3 gives as an entity tag. */
export function etagOf(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function checkRequest({ call, key }: S3Request): void {
  if (call.headers['x-amz-copy-source'] !== undefined) {
    throw notEmulated('CopyObject');
  }
  if (Buffer.byteLength(key) > longestKeyBytes) {
    throw new AwsError('KeyTooLongError', 400, 'Your key is too long', {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: longestKeyBytes,
    });
  }
  const announced = call.headers['x-amz-decoded-content-length'];
  if (announced !== undefined && Number(announced) !== call.body.byteLength) {
    throw new AwsError(
      'IncompleteBody',
      400,
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  }
}

export function putObject(request: S3Request): AwsReply {
  const { bucket, call, key, nowMs } = request;
  checkRequest(request);
  request.authorize('s3:PutObject');
  request.authorizeKey('kms:GenerateDataKey');
  const lock = lockOfNewVersion(request);
  const checksums = verifyChecksums(call.headers, call.body);
  checkConditions(request);
  const version = bucket.store.add(
    {
      key,
      deleteMarker: false,
      lastModifiedMs: nowMs,
      size: call.body.byteLength,
      etag: etagOf(call.body),
      checksums,
      headers: headersToKeep(call.headers),
      ...lock,
    },
    call.body,
  );
  const checksumHeaders = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value] as const);
  return {
    status: 200,
    headers: {
      etag: version.etag,
      ...(bucket.versioned && { 'x-amz-version-id': version.versionId }),
      ...Object.fromEntries(checksumHeaders),
      'x-amz-checksum-type': 'FULL_OBJECT',
    },
    body: '',
  };
}

/** What a deletion did. */
interface Deletion {
  readonly versionId?: string;
  readonly deleteMarker: boolean;
}

function deleteCurrent({ bucket, key, nowMs }: S3Request): Deletion {
  if (bucket.versioned) {
    const marker = { key, deleteMarker: true, lastModifiedMs: nowMs, size: 0, etag: '', checksums: {}, headers: {} };
    return { deleteMarker: true, versionId: bucket.store.add(marker, new Uint8Array()).versionId };
  }
  for (const version of bucket.store.versions(key)) {
    bucket.store.remove(version);
  }
  return { deleteMarker: false };
}

function deleteVersion(request: S3Request, version: ObjectVersion): Deletion {
  requireDeletable(request, version);
  request.bucket.store.remove(version);
  return { deleteMarker: version.deleteMarker, versionId: version.versionId };
}

function deleteOne(request: S3Request): Deletion {
  const { bucket, key, versionId } = request;
  request.authorize(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion');
  if (versionId === undefined) {
    return deleteCurrent(request);
  }
  const version = bucket.store.versions(key).find((entry) => entry.versionId === versionId);
  return version === undefined ? { deleteMarker: false, versionId } : deleteVersion(request, version);
}

export function deleteObject(request: S3Request): AwsReply {
  const { deleteMarker, versionId } = deleteOne(request);
  const headers = {
    ...(deleteMarker && { 'x-amz-delete-marker': 'true' }),
    ...(versionId !== undefined && request.bucket.versioned && { 'x-amz-version-id': versionId }),
  };
  return { status: 204, headers, body: '' };
}

function deletionXml(key: string, named: string | undefined, deletion: Deletion): string {
  const marker = deletion.deleteMarker
    ? `${element('DeleteMarker', true)}${element('DeleteMarkerVersionId', deletion.versionId)}`
    : '';
  return `<Deleted>${element('Key', key)}${element('VersionId', named)}${marker}</Deleted>`;
}

/** @param bind gives the request for one of the keys */
export function deleteObjects(
  request: S3Request,
  bind: (key: string, versionId: string | undefined) => S3Request,
): AwsReply {
  const { headers, body } = request.call;
  if (!Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'))) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  verifyChecksums(headers, body);
  const xml = Buffer.from(body).toString('utf8');
  const objects = childrenOf(xml, 'Object');
  if (objects.length === 0 || objects.length > largestDelete) {
    throw malformedXml();
  }
  const results = objects.map((object) => {
    const key = textOf(object, 'Key') ?? '';
    const versionId = textOf(object, 'VersionId');
    try {
      return deletionXml(key, versionId, deleteOne(bind(key, versionId)));
    } catch (error) {
      if (!(error instanceof AwsError)) {
        throw error;
      }
      const cause = `${element('Code', error.code)}${element('Message', error.message)}`;
      return `<Error>${element('Key', key)}${element('VersionId', versionId)}${cause}</Error>`;
    }
  });
  const quiet = textOf(xml, 'Quiet') === 'true';
  const shown = quiet ? results.filter((result) => result.startsWith('<Error>')) : results;
  return xmlReply(xmlDocument('DeleteResult', shown.join('')));
}
