import { isRawObject, type RawObject } from '../../template/raw-template.ts';

/** How long a version may not be deleted. */
export interface Retention {
  readonly mode: 'COMPLIANCE' | 'GOVERNANCE';
  readonly retainUntilMs: number;
}

/** One version of an object, or a delete marker, as its metadata file holds it. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` as text in a bucket without versioning. */
  readonly versionId: string;
  /** Order of creation within the bucket. */
  readonly sequence: number;
  readonly deleteMarker: boolean;
  readonly lastModifiedMs: number;
  readonly size: number;
  /** Quoted MD5. */
  readonly etag: string;
  readonly checksums: { readonly [algorithm: string]: string };
  /** Content type and the like, and `x-amz-meta-*`. */
  readonly headers: { readonly [name: string]: string };
  readonly retention?: Retention;
  readonly legalHold?: boolean;
  /** Name of the files of the version, without ending. */
  readonly fileName: string;
}

function textMap(value: unknown): { readonly [name: string]: string } {
  const entries = Object.entries(isRawObject(value) ? value : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function parseRetention(value: unknown): Retention | undefined {
  if (!isRawObject(value) || typeof value['retainUntilMs'] !== 'number') {
    return undefined;
  }
  return { mode: value['mode'] === 'GOVERNANCE' ? 'GOVERNANCE' : 'COMPLIANCE', retainUntilMs: value['retainUntilMs'] };
}

/** Reads a metadata file's value. @throws {Error} where it is not one */
export function parseObjectVersion(value: unknown): ObjectVersion {
  const stored: RawObject = isRawObject(value) ? value : {};
  if (typeof stored['key'] !== 'string' || typeof stored['fileName'] !== 'string') {
    throw new Error('expected the metadata of an object version');
  }
  const retention = parseRetention(stored['retention']);
  return {
    key: stored['key'],
    versionId: String(stored['versionId']),
    sequence: Number(stored['sequence']),
    deleteMarker: stored['deleteMarker'] === true,
    lastModifiedMs: Number(stored['lastModifiedMs']),
    size: Number(stored['size']),
    etag: String(stored['etag']),
    checksums: textMap(stored['checksums']),
    headers: textMap(stored['headers']),
    fileName: stored['fileName'],
    ...(retention !== undefined && { retention }),
    ...(stored['legalHold'] === true && { legalHold: true }),
  };
}
