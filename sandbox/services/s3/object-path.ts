import { hash } from 'node:crypto';
import { join } from 'node:path';

/**
 * Where a key's versions lie: one folder per part of the key, so that people find an object by its name. Each part is
 * encoded, so that no key leads out of the bucket's folder; the last one ends in `.versions`, so that the keys `a` and
 * `a/b` do not meet.
 */

const longestPart = 180;

function encodePart(part: string): string {
  const encoded = encodeURIComponent(part);
  if (encoded === '' || encoded === '.' || encoded === '..') {
    return `%${encoded}`;
  }
  return encoded.length > longestPart ? `%${hash('sha256', part, 'hex')}` : encoded;
}

/** The folder of `key`'s versions in the bucket's folder. */
export function versionsFolder(bucketFolder: string, key: string): string {
  const parts = key.split('/').map(encodePart);
  return `${join(bucketFolder, 'objects', ...parts)}.versions`;
}
