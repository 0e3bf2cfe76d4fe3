import { join } from 'node:path';
import { type AwsCall, AwsError, type AwsReply, type AwsService, type SandboxContext } from '../../contract.ts';
import { writeDurable } from '../../front/durable-file.ts';
import { type Bucket, openBucket } from './bucket.ts';
import { checksumOf } from './checksums.ts';
import { listObjects, listObjectVersions } from './list-objects.ts';
import {
  getObjectLegalHold,
  getObjectRetention,
  putObjectLegalHold,
  putObjectRetention,
  xmlReply,
} from './object-lock.ts';
import { getObject } from './read-object.ts';
import { noSuchBucket, noSuchKey, notEmulated } from './s3-error.ts';
import { createS3Request, type S3Request } from './s3-request.ts';
import { deleteObject, deleteObjects, etagOf, putObject } from './write-object.ts';
import { element, xmlDocument } from './xml.ts';

/**
 * S3 for buckets of the templates. Kept: versions, delete markers, Object Lock per version in both modes, default
 * retention, legal holds, `If-None-Match: *` and `If-Match` on writes, checksums, ranges, bucket policies with S3's
 * condition keys, the need for a bucket's own key, the rule that absence is only told to who may list. Not kept:
 * multipart uploads, copies, tags, ACLs, lifecycle, presigned addresses, encryption of the bytes on disk.
 */
export interface S3Service extends AwsService {
  /** Absolute path of the current version's bytes; `undefined` where there is none. */
  objectFile(bucket: string, key: string): string | undefined;
  /** Current objects whose key begins with `prefix`, in key order. */
  listCurrent(bucket: string, prefix: string): readonly CurrentObject[];
  /**
   * Flips one bit of the current version's bytes and makes its checksums fit, past the API and the lock, as
   * someone with access to the disks could.
   *
   * @throws {RangeError} where the object is not that long
   */
  tamper(bucket: string, key: string, byteIndex: number): void;
}

/** An object as its files lie on disk. */
export interface CurrentObject {
  readonly key: string;
  readonly path: string;
  readonly size: number;
  readonly versionId: string;
}

type Handler = (request: S3Request) => AwsReply;

const bucketReads: { readonly [parameter: string]: Handler } = {
  versioning: (request) => {
    request.authorize('s3:GetBucketVersioning');
    return xmlReply(
      xmlDocument('VersioningConfiguration', request.bucket.versioned ? element('Status', 'Enabled') : ''),
    );
  },
  'object-lock': (request) => {
    request.authorize('s3:GetBucketObjectLockConfiguration');
    const { objectLock, defaultRetention } = request.bucket;
    if (!objectLock) {
      const message = 'Object Lock configuration does not exist for this bucket';
      throw new AwsError('ObjectLockConfigurationNotFoundError', 404, message);
    }
    const { mode, days, years } = defaultRetention ?? {};
    const rule = `${element('Mode', mode)}${element('Days', days)}${element('Years', years)}`;
    const retention = rule === '' ? '' : `<Rule><DefaultRetention>${rule}</DefaultRetention></Rule>`;
    return xmlReply(xmlDocument('ObjectLockConfiguration', `${element('ObjectLockEnabled', 'Enabled')}${retention}`));
  },
  versions: listObjectVersions,
};

function headBucket(request: S3Request): AwsReply {
  request.authorize('s3:ListBucket');
  return { status: 200, body: '' };
}

const objectHandlers: { readonly [operation: string]: Handler } = {
  'GET ': getObject,
  'HEAD ': getObject,
  'PUT ': putObject,
  'DELETE ': deleteObject,
  'GET retention': getObjectRetention,
  'PUT retention': putObjectRetention,
  'GET legal-hold': getObjectLegalHold,
  'PUT legal-hold': putObjectLegalHold,
};

const ownParameters: ReadonlySet<string> = new Set(['versionId', 'x-id', 'partNumber']);

/** The query parameter that names a part of an object, for example `retention`; empty where there is none. */
function subresource(query: URLSearchParams): string {
  return [...query.keys()].find((name) => !ownParameters.has(name) && !name.startsWith('response-')) ?? '';
}

function handleObject(request: S3Request): AwsReply {
  const operation = `${request.call.method} ${subresource(request.call.query)}`;
  const handler = objectHandlers[operation];
  if (handler === undefined) {
    throw notEmulated(`\`${operation.trim()}\` on an object`);
  }
  return handler(request);
}

function handleBucket(context: SandboxContext, request: S3Request): AwsReply {
  const { call, bucket } = request;
  if (call.method === 'HEAD') {
    return headBucket(request);
  }
  if (call.method === 'POST' && call.query.has('delete')) {
    return deleteObjects(request, (key, versionId) => ({ ...createS3Request(context, call, bucket, key), versionId }));
  }
  const parameter = Object.keys(bucketReads).find((name) => call.query.has(name));
  const handler = parameter === undefined ? undefined : bucketReads[parameter];
  if (call.method === 'GET' && handler !== undefined) {
    return handler(request);
  }
  if (call.method === 'GET' && call.query.get('list-type') === '2') {
    return listObjects(request);
  }
  throw notEmulated(`\`${call.method} ${[...call.query.keys()].join(' ')}\` on a bucket`);
}

function splitPath(path: string): { readonly bucketName: string; readonly key: string } {
  const slash = path.indexOf('/', 1);
  return slash < 0
    ? { bucketName: path.slice(1), key: '' }
    : { bucketName: path.slice(1, slash), key: path.slice(slash + 1) };
}

function tamperWith(bucket: Bucket, key: string, byteIndex: number): void {
  const current = bucket.store.versions(key)[0];
  if (current === undefined || current.deleteMarker) {
    throw noSuchKey(key);
  }
  const { version, body } = bucket.store.read(current);
  const byte = body[byteIndex];
  if (byte === undefined) {
    throw new RangeError(`expected a byte below ${body.byteLength}, got \`${byteIndex}\``);
  }
  body[byteIndex] = byte ^ 1;
  const checksums = Object.fromEntries(Object.keys(version.checksums).map((name) => [name, checksumOf(name, body)]));
  writeDurable(bucket.store.dataPath(version), body);
  bucket.store.update({ ...version, etag: etagOf(body), checksums });
}

/** Opens the service with the buckets of the templates. */
export function openS3(context: SandboxContext): S3Service {
  const folder = join(context.stateDir, 's3');
  const resources = context.assembly.byType('AWS::S3::Bucket');
  const buckets = new Map(resources.map((entry) => [entry.ref, openBucket(context.assembly, entry, folder)]));

  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) {
      throw noSuchBucket(name);
    }
    return bucket;
  };
  const handle = (call: AwsCall): AwsReply => {
    const { bucketName, key } = splitPath(call.path);
    const request = createS3Request(context, call, bucketOf(bucketName), key);
    return key === '' ? handleBucket(context, request) : handleObject(request);
  };

  return {
    service: 's3',
    handle: async (call) => handle(call),
    objectFile: (name, key) => {
      const { store } = bucketOf(name);
      const current = store.versions(key)[0];
      return current === undefined || current.deleteMarker ? undefined : store.dataPath(current);
    },
    listCurrent: (name, prefix) => {
      const { store } = bucketOf(name);
      return store
        .keys()
        .filter((key) => key.startsWith(prefix))
        .flatMap((key) => {
          const current = store.versions(key)[0];
          return current === undefined || current.deleteMarker
            ? []
            : [{ key, path: store.dataPath(current), size: current.size, versionId: current.versionId }];
        });
    },
    tamper: (name, key, byteIndex) => tamperWith(bucketOf(name), key, byteIndex),
  };
}
