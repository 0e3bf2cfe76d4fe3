import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, removeDurable, writeDurable } from '../../front/durable-file.ts';
import { versionsFolder } from './object-path.ts';
import { type ObjectVersion, parseObjectVersion } from './object-version.ts';

/**
 * The versions of one bucket on disk. A version is a `.data` file and a `.json` file; it exists once its `.json` file
 * does, which is written last and removed first. Nothing here is asynchronous, so a condition that was checked still
 * holds when the version is added.
 */
export interface BucketStore {
  /** Versions of `key`, newest first; empty where there is none. */
  versions(key: string): readonly ObjectVersion[];
  /** Keys with at least one version, in byte order. */
  keys(): readonly string[];
  add(version: NewVersion, body: Uint8Array): ObjectVersion;
  /** Replaces the metadata of a version. */
  update(version: ObjectVersion): void;
  remove(version: ObjectVersion): void;
  /** The version's bytes with its metadata, both as they lie on disk now. */
  read(version: ObjectVersion): { readonly version: ObjectVersion; readonly body: Buffer };
  dataPath(version: ObjectVersion): string;
}

/** A version before the store numbers it. */
export type NewVersion = Omit<ObjectVersion, 'versionId' | 'sequence' | 'fileName'>;

/** Paths of the metadata files; what a killed write left without one is removed. */
function findMetadata(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const metadata = files.filter((path) => path.endsWith('.json'));
  const complete = new Set(metadata.map((path) => path.slice(0, -'.json'.length)));
  for (const path of files) {
    const unfinished = path.endsWith('.data') && !complete.has(path.slice(0, -'.data'.length));
    if (unfinished || path.endsWith('.partial')) {
      rmSync(path);
    }
  }
  return metadata;
}

function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function newestFirst(versions: readonly ObjectVersion[]): readonly ObjectVersion[] {
  return [...versions].sort((a, b) => b.sequence - a.sequence);
}

class FileBucketStore implements BucketStore {
  readonly #folder: string;
  readonly #versioned: boolean;
  readonly #byKey = new Map<string, readonly ObjectVersion[]>();
  #sortedKeys: readonly string[] | undefined;
  #nextSequence = 1;

  constructor(folder: string, versioned: boolean) {
    this.#folder = folder;
    this.#versioned = versioned;
    ensureFolder(join(folder, 'objects'));
    for (const path of findMetadata(join(folder, 'objects'))) {
      const version = parseObjectVersion(JSON.parse(readFileSync(path, 'utf8')));
      this.#byKey.set(version.key, [...(this.#byKey.get(version.key) ?? []), version]);
      this.#nextSequence = Math.max(this.#nextSequence, version.sequence + 1);
    }
    for (const [key, versions] of this.#byKey) {
      this.#byKey.set(key, newestFirst(versions));
    }
  }

  versions(key: string): readonly ObjectVersion[] {
    return this.#byKey.get(key) ?? [];
  }

  keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#byKey.keys()].sort(byteOrder);
    return this.#sortedKeys;
  }

  add(fresh: NewVersion, body: Uint8Array): ObjectVersion {
    const sequence = this.#nextSequence;
    this.#nextSequence += 1;
    const name = randomBytes(24).toString('base64url');
    const version = { ...fresh, sequence, fileName: name, versionId: this.#versioned ? name : 'null' };
    ensureFolder(versionsFolder(this.#folder, version.key));
    if (!version.deleteMarker) {
      writeDurable(this.dataPath(version), body);
    }
    writeDurable(this.#metadataPath(version), JSON.stringify(version));
    const older = this.versions(version.key);
    this.#keep(version.key, [version, ...older]);
    if (!this.#versioned) {
      for (const replaced of older) {
        this.remove(replaced);
      }
    }
    return version;
  }

  update(version: ObjectVersion): void {
    writeDurable(this.#metadataPath(version), JSON.stringify(version));
    const others = this.versions(version.key).filter((entry) => entry.fileName !== version.fileName);
    this.#keep(version.key, newestFirst([version, ...others]));
  }

  remove(version: ObjectVersion): void {
    removeDurable(this.#metadataPath(version));
    removeDurable(this.dataPath(version));
    this.#keep(
      version.key,
      this.versions(version.key).filter((entry) => entry.fileName !== version.fileName),
    );
  }

  read(version: ObjectVersion): { readonly version: ObjectVersion; readonly body: Buffer } {
    const stored = parseObjectVersion(JSON.parse(readFileSync(this.#metadataPath(version), 'utf8')));
    return { version: stored, body: readFileSync(this.dataPath(version)) };
  }

  dataPath(version: ObjectVersion): string {
    return join(versionsFolder(this.#folder, version.key), `${version.fileName}.data`);
  }

  #metadataPath(version: ObjectVersion): string {
    return join(versionsFolder(this.#folder, version.key), `${version.fileName}.json`);
  }

  #keep(key: string, versions: readonly ObjectVersion[]): void {
    if (versions.length === 0) {
      this.#byKey.delete(key);
      this.#sortedKeys = undefined;
      return;
    }
    if (!this.#byKey.has(key)) {
      this.#sortedKeys = undefined;
    }
    this.#byKey.set(key, versions);
  }
}

/** Opens the bucket kept in `folder`; reads all metadata once. */
export function openBucketStore(folder: string, versioned: boolean): BucketStore {
  return new FileBucketStore(folder, versioned);
}
