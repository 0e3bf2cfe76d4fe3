import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { loadCheckedBundle } from '../../core/gate/bundle.ts';
import type { BundleSource } from '../../core/gate/bundle-shelf.ts';
import { BundleShelf } from '../../core/gate/bundle-shelf.ts';
import { requiredEnv } from './environment.ts';

let shelf: BundleShelf | undefined;
let published: Promise<BundleSource> | undefined;

/**
 * The policy bundle that was deployed beside this function and those activated since, compiled once per execution
 * environment.
 *
 * @throws {JsonFormatError} when the deployed file's hash is not the one the deployment names
 */
export function policyBundles(): BundleShelf {
  shelf ??= new BundleShelf(loadCheckedBundle(readFileSync(bundlePath()), requiredEnv('POLICY_BUNDLE_HASH')), {
    read: async (hash) => (await publishedBundles()).read(hash),
  });
  return shelf;
}

/** The bundles that were published to the archive. */
export function publishedBundles(): Promise<BundleSource> {
  published ??= connect();
  return published;
}

/** Loaded on first use: while the deployed bundle is in force, no cold start pays for a client it does not use. */
async function connect(): Promise<BundleSource> {
  const [{ S3Client }, { S3Bundles }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../../aws/s3-bundles.ts'),
  ]);
  return new S3Bundles(new S3Client(CLIENT_DEFAULTS), requiredEnv('ARCHIVE_BUCKET_NAME'));
}

function bundlePath(): string {
  return join(requiredEnv('LAMBDA_TASK_ROOT'), 'policy-bundle.json');
}
