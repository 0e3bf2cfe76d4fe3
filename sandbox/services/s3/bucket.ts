import { join } from 'node:path';
import type { Assembly, Resource } from '../../contract.ts';
import { objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import { keyArnOf } from '../dynamodb/table-definition.ts';
import { type BucketStore, openBucketStore } from './bucket-store.ts';
import type { Retention } from './object-version.ts';

/** A bucket of the templates. */
export interface Bucket {
  readonly name: string;
  readonly arn: string;
  readonly versioned: boolean;
  readonly objectLock: boolean;
  /** What a new version gets that names no retention itself. */
  readonly defaultRetention?: { readonly mode: Retention['mode']; readonly days?: number; readonly years?: number };
  /** The key that protects new objects; callers need it too. */
  readonly kmsKeyArn?: string;
  /** True where one data key serves the whole bucket; it shows in the key's encryption context. */
  readonly bucketKey: boolean;
  readonly store: BucketStore;
}

function defaultRetention(properties: Resource['properties']): Bucket['defaultRetention'] {
  const rule = objectOrEmpty(objectOrEmpty(properties['ObjectLockConfiguration'])['Rule']);
  const settings = objectOrEmpty(rule['DefaultRetention']);
  const mode = settings['Mode'];
  if (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') {
    return undefined;
  }
  return {
    mode,
    ...(settings['Days'] !== undefined && { days: Number(settings['Days']) }),
    ...(settings['Years'] !== undefined && { years: Number(settings['Years']) }),
  };
}

function encryptionRule(properties: Resource['properties']): RawObject {
  const rules = objectOrEmpty(properties['BucketEncryption'])['ServerSideEncryptionConfiguration'];
  return objectOrEmpty(Array.isArray(rules) ? rules[0] : undefined);
}

/** Opens a bucket with its objects under `folder`. Object Lock brings versioning with it, as in AWS. */
export function openBucket(assembly: Assembly, resource: Resource, folder: string): Bucket {
  const { properties } = resource;
  const objectLock = properties['ObjectLockEnabled'] === true;
  const versioned = objectLock || objectOrEmpty(properties['VersioningConfiguration'])['Status'] === 'Enabled';
  const retention = defaultRetention(properties);
  const encryption = encryptionRule(properties);
  const kmsKeyArn = keyArnOf(assembly, objectOrEmpty(encryption['ServerSideEncryptionByDefault'])['KMSMasterKeyID']);
  return {
    name: resource.ref,
    arn: resource.arn,
    versioned,
    objectLock,
    ...(retention !== undefined && { defaultRetention: retention }),
    ...(kmsKeyArn !== undefined && { kmsKeyArn }),
    bucketKey: encryption['BucketKeyEnabled'] === true,
    store: openBucketStore(join(folder, resource.ref), versioned),
  };
}

/** The end of a bucket's default retention for a version created at `nowMs`. */
export function defaultRetentionAt(bucket: Bucket, nowMs: number): Retention | undefined {
  const rule = bucket.defaultRetention;
  if (rule === undefined) {
    return undefined;
  }
  const until = new Date(nowMs);
  until.setUTCDate(until.getUTCDate() + (rule.days ?? 0));
  until.setUTCFullYear(until.getUTCFullYear() + (rule.years ?? 0));
  return { mode: rule.mode, retainUntilMs: until.getTime() };
}
