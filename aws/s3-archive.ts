import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { ArchiveStore } from '../core/ledger/archive-ports.ts';
import type { Clock } from '../core/ports.ts';
import { StorageFault } from '../core/state/entities.ts';
import type { KeepRules } from './keep-rules.ts';

const PRECONDITION_FAILED = 412;
const CONDITIONAL_CONFLICT = 409;

/** How often a create is sent again when S3 answers that another write to the same key was under way. */
const MAX_CONFLICTS = 3;

/** What keeps objects beyond the bucket's default retention. */
export interface ArchiveKeeping {
  readonly rules: KeepRules;
  /** The bucket's default. */
  readonly lock: { readonly mode: 'COMPLIANCE' | 'GOVERNANCE'; readonly days: number };
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

/**
 * The archive bucket, written once per key: `If-None-Match: *` with a SHA-256 checksum. The bucket's default
 * Object Lock retention applies unless a longer one was approved.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class S3Archive implements ArchiveStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #keeping: ArchiveKeeping | undefined;

  /** @param keeping what may hold or lock an object beyond the bucket's default; absent: nothing */
  constructor(client: S3Client, bucket: string, keeping?: ArchiveKeeping) {
    this.#client = client;
    this.#bucket = bucket;
    this.#keeping = keeping;
  }

  async create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const outcome = await this.#put(key, bytes);
      if (outcome !== 'conflict') return outcome;
    }
    throw new StorageFault(`expected to create \`${key}\`, got a conflicting write each time`);
  }

  async read(key: string): Promise<Uint8Array> {
    try {
      const reply = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      if (reply.Body === undefined) throw new Error('expected a body');
      return await reply.Body.transformToByteArray();
    } catch (error) {
      throw new StorageFault(`the object \`${key}\` could not be read`, { cause: error });
    }
  }

  /** The parameters of a hold, and of a lock where an approved act asks for a longer one than the bucket's default. */
  #kept(key: string): Partial<PutObjectCommandInput> {
    if (this.#keeping === undefined) return {};
    const { rules, lock, clock } = this.#keeping;
    const days = rules.lockDays();
    return {
      ...(rules.isHeld(key) && { ObjectLockLegalHoldStatus: 'ON' }),
      ...(days > lock.days && {
        ObjectLockMode: lock.mode,
        ObjectLockRetainUntilDate: new Date(clock.nowMs() + days * DAY_MS),
      }),
    };
  }

  async #put(key: string, bytes: Uint8Array): Promise<'created' | 'exists' | 'conflict'> {
    const request = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      IfNoneMatch: '*',
      ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      ...this.#kept(key),
      ContentType: key.endsWith('.jsonl') ? 'application/x-ndjson' : 'application/json',
    });
    try {
      await this.#client.send(request);
      return 'created';
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === PRECONDITION_FAILED) return 'exists';
      if (status === CONDITIONAL_CONFLICT) return 'conflict';
      throw new StorageFault(`the object \`${key}\` could not be created`, { cause: error });
    }
  }
}
