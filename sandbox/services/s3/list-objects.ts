import type { AwsReply } from '../../contract.ts';
import { xmlReply } from './object-lock.ts';
import type { ObjectVersion } from './object-version.ts';
import { invalidArgument } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { element, xmlDocument } from './xml.ts';

/** ListObjectsV2 and ListObjectVersions. */

const largestPage = 1_000;

function after(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
}

function pageSize(query: URLSearchParams): number {
  const size = Number(query.get('max-keys') ?? largestPage);
  if (!Number.isInteger(size) || size < 0) {
    throw invalidArgument('Provided max-keys not an integer or within integer range');
  }
  return Math.min(size, largestPage);
}

/** The folder a key is shown under; `undefined` where it is shown itself. */
function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function encoder(query: URLSearchParams): (key: string) => string {
  return query.get('encoding-type') === 'url' ? (key) => encodeURIComponent(key).replaceAll('%2F', '/') : (key) => key;
}

function objectXml(version: ObjectVersion, encode: (key: string) => string): string {
  const modified = element('LastModified', new Date(version.lastModifiedMs).toISOString());
  const checksums = Object.keys(version.checksums).map((name) => element('ChecksumAlgorithm', name.toUpperCase()));
  const facts = `${modified}${element('ETag', version.etag)}${checksums.join('')}${element('Size', version.size)}`;
  return `<Contents>${element('Key', encode(version.key))}${facts}${element('StorageClass', 'STANDARD')}</Contents>`;
}

export function listObjects(request: S3Request): AwsReply {
  request.authorize('s3:ListBucket');
  const { bucket, call } = request;
  const { query } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const size = pageSize(query);
  const encode = encoder(query);
  const token = query.get('continuation-token');
  const start = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const shown: string[] = [];
  let lastFolder = token === null ? '' : start;
  let last = '';
  let more = false;
  for (const key of bucket.store.keys()) {
    const current = bucket.store.versions(key)[0];
    if (!key.startsWith(prefix) || !after(key, start) || current === undefined || current.deleteMarker) {
      continue;
    }
    const folder = folderOf(key, prefix, delimiter);
    if (folder !== undefined && folder === lastFolder) {
      continue;
    }
    if (shown.length >= size) {
      more = true;
      break;
    }
    lastFolder = folder ?? lastFolder;
    last = folder ?? key;
    const prefixXml = `<CommonPrefixes>${element('Prefix', encode(folder ?? ''))}</CommonPrefixes>`;
    shown.push(folder === undefined ? objectXml(current, encode) : prefixXml);
  }
  const next = more ? Buffer.from(last).toString('base64url') : undefined;
  const head = [
    element('Name', bucket.name),
    element('Prefix', encode(prefix)),
    delimiter === '' ? '' : element('Delimiter', delimiter),
    element('MaxKeys', size),
    element('EncodingType', query.get('encoding-type') ?? undefined),
    element('KeyCount', shown.length),
    element('IsTruncated', more),
    element('ContinuationToken', token ?? undefined),
    element('NextContinuationToken', next),
  ];
  return xmlReply(xmlDocument('ListBucketResult', [...head, ...shown].join('')));
}

function versionXml(version: ObjectVersion, isLatest: boolean, encode: (key: string) => string): string {
  const facts = [
    element('Key', encode(version.key)),
    element('VersionId', version.versionId),
    element('IsLatest', isLatest),
    element('LastModified', new Date(version.lastModifiedMs).toISOString()),
  ].join('');
  if (version.deleteMarker) {
    return `<DeleteMarker>${facts}</DeleteMarker>`;
  }
  const content = `${element('ETag', version.etag)}${element('Size', version.size)}${element('StorageClass', 'STANDARD')}`;
  return `<Version>${facts}${content}</Version>`;
}

/** Folders are not grouped here: the app lists versions without a delimiter. */
export function listObjectVersions(request: S3Request): AwsReply {
  request.authorize('s3:ListBucketVersions');
  const { bucket, call } = request;
  const { query } = call;
  const prefix = query.get('prefix') ?? '';
  const size = pageSize(query);
  const encode = encoder(query);
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  const shown: ObjectVersion[] = [];
  let more = false;
  for (const key of bucket.store.keys().filter((entry) => entry.startsWith(prefix) && !after(keyMarker, entry))) {
    const versions = bucket.store.versions(key);
    const marked = key === keyMarker ? versions.findIndex((entry) => entry.versionId === versionMarker) : -1;
    const rest = key === keyMarker && versionMarker === '' ? [] : versions.slice(marked + 1);
    more ||= shown.length + rest.length > size;
    shown.push(...rest.slice(0, size - shown.length));
    if (more) {
      break;
    }
  }
  const last = shown.at(-1);
  const head = [
    element('Name', bucket.name),
    element('Prefix', encode(prefix)),
    element('KeyMarker', encode(keyMarker)),
    element('VersionIdMarker', versionMarker),
    element('MaxKeys', size),
    element('EncodingType', query.get('encoding-type') ?? undefined),
    element('IsTruncated', more),
    more ? element('NextKeyMarker', encode(last?.key ?? '')) : '',
    more ? element('NextVersionIdMarker', last?.versionId) : '',
  ];
  const body = shown.map((version) => versionXml(version, bucket.store.versions(version.key)[0] === version, encode));
  return xmlReply(xmlDocument('ListVersionsResult', [...head, ...body].join('')));
}
