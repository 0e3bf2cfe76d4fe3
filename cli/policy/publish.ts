import { parseArgs } from 'node:util';
import { auditClients } from '../../aws/audit-clients.ts';
import { S3Archive } from '../../aws/s3-archive.ts';
import { bundleKey } from '../../aws/s3-bundles.ts';
import { sameBytes } from '../../core/ledger/same-bytes.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { archivePlace, auditTarget } from '../audit/audit-target.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';
import { readBundle } from './bundle-bytes.ts';

/** How the command is called. */
export const PUBLISH_USAGE = `countersign policy publish FILE|DIR [--to s3://BUCKET] [--as ROLE] [--json]
  Puts a bundle, or the bundle that a policies directory makes, where it can be activated from. It decides nothing yet.`;

const PUBLISHER_ROLE = 'countersign-policy-publisher';

/** Publishes a policy bundle under its hash. Publishing the same again changes nothing. */
export async function publishCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      as: { type: 'string', default: PUBLISHER_ROLE },
      json: { type: 'boolean', default: false },
    },
  });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new CommandError(EXIT.badInput, PUBLISH_USAGE);
  const { bytes, bundle } = await readBundle(path);
  const place = archivePlace(io, values.to === undefined ? [] : [values.to], PUBLISH_USAGE);
  const bucket = /^s3:\/\/([^/]+)\/?$/.exec(place)?.[1];
  if (bucket === undefined) throw new CommandError(EXIT.badInput, `expected \`s3://BUCKET\`, got \`${place}\``);
  const archive = new S3Archive(auditClients(auditTarget(io, values.as)).s3, bucket);
  const isNew = await publish(archive, bundleKey(bundle.hash), bytes);
  const { sequence, name } = bundle.release;
  report(io, values.json, { hash: bundle.hash, sequence, name, published: isNew }, [
    `${isNew ? 'published' : 'was published already:'} ${bundle.hash}`,
    `  sequence ${sequence}, “${name}”`,
  ]);
  return EXIT.ok;
}

async function publish(archive: S3Archive, key: string, bytes: Uint8Array): Promise<boolean> {
  try {
    if ((await archive.create(key, bytes)) === 'created') return true;
    if (sameBytes(await archive.read(key), bytes)) return false;
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    const cause = error.cause instanceof Error ? error.cause.name : 'an unknown error';
    throw new CommandError(cause === 'AccessDenied' ? EXIT.denied : EXIT.failed, `${error.message}: ${cause}`);
  }
  throw new CommandError(EXIT.failed, `expected \`${key}\` to hold the bundle of that hash`);
}
