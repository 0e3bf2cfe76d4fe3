import type { ArchiveStore } from '../../core/ledger/archive-ports.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { sameBytes } from '../../core/ledger/same-bytes.ts';

/**
 * Keeps the policy bundle beside the events that were decided by it, under the hash those events name.
 *
 * @throws {StorageFault} when the archive could not answer
 * @throws {Error} when the archive holds other bytes under that hash
 */
export async function archiveBundle(archive: ArchiveStore, bundle: Uint8Array): Promise<void> {
  const key = `bundles/${sha256Hex(bundle)}.json`;
  if ((await archive.create(key, bundle)) === 'created') return;
  if (!sameBytes(await archive.read(key), bundle))
    throw new Error(`expected \`${key}\` to hold the bundle of that hash`);
}
