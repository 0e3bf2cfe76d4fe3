import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { LogObjects } from '../core/ledger/log/ports.ts';
import type { Clock } from '../core/ports.ts';
import { StorageFault } from '../core/state/entities.ts';
import type { KeepRules } from './keep-rules.ts';
import { NO_RULES } from './keep-rules.ts';

const PRECONDITION_FAILED = 412;
const CONDITIONAL_CONFLICT = 409;
const DAY_MS = 86_400_000;

/** How often a create is sent again when S3 answers that another write to the same key was under way. */
const MAX_CONFLICTS = 3;

/** How long write-once objects cannot be deleted: by nobody, or by nobody without a special permission. */
export interface LogRetention {
  readonly mode: 'COMPLIANCE' | 'GOVERNANCE';
  readonly days: number;
  /** The files of a batch, which are kept for recovery. */
  readonly stagingDays: number;
}

/**
 * The log bucket. What must never change is created with `If-None-Match: *` and its own retention, since the bucket has
 * no default: the checkpoint and partial tiles are replaced and deleted.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export class S3LogObjects implements LogObjects {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #retention: LogRetention;
  readonly #clock: Clock;
  readonly #rules: KeepRules;

  constructor(client: S3Client, bucket: string, retention: LogRetention, clock: Clock, rules: KeepRules = NO_RULES) {
    this.#client = client;
    this.#bucket = bucket;
    this.#retention = retention;
    this.#clock = clock;
    this.#rules = rules;
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return readObject(this.#client, this.#bucket, key);
  }

  async createLocked(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const lock: Partial<PutObjectCommandInput> = {
      IfNoneMatch: '*',
      ObjectLockMode: this.#retention.mode,
      ObjectLockRetainUntilDate: new Date(this.#clock.nowMs() + this.#daysFor(key) * DAY_MS),
      ...(this.#rules.isHeld(key) && { ObjectLockLegalHoldStatus: 'ON' }),
    };
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const status = await this.#put(key, bytes, lock);
      if (status === undefined) return 'created';
      if (status === PRECONDITION_FAILED) return 'exists';
    }
    throw new StorageFault(`expected to create \`${key}\`, got a conflicting write each time`);
  }

  #daysFor(key: string): number {
    if (key.startsWith('staging/')) return this.#retention.stagingDays;
    return Math.max(this.#retention.days, this.#rules.lockDays());
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const status = await this.#put(key, bytes, {});
    if (status !== undefined) throw new StorageFault(`expected to write \`${key}\`, got status \`${status}\``);
  }

  /** The status of a write that was refused for what is there; undefined when it was done. */
  async #put(key: string, bytes: Uint8Array, more: Partial<PutObjectCommandInput>): Promise<number | undefined> {
    const request = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      ContentType: key.startsWith('checkpoint') && !key.endsWith('.tsr') ? TEXT : 'application/octet-stream',
      ...more,
    });
    try {
      await this.#client.send(request);
      return undefined;
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === PRECONDITION_FAILED || status === CONDITIONAL_CONFLICT) return status;
      throw new StorageFault(`the object \`${key}\` could not be written`, { cause: error });
    }
  }
}

const TEXT = 'text/plain; charset=utf-8';

/**
 * An object's bytes; undefined when there is none.
 *
 * @throws {StorageFault} when S3 could not answer; also for an absent object, when the caller may not list the bucket
 */
export async function readObject(client: S3Client, bucket: string, key: string): Promise<Uint8Array | undefined> {
  try {
    const reply = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (reply.Body === undefined) throw new Error('expected a body');
    return await reply.Body.transformToByteArray();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw new StorageFault(`the object \`${key}\` could not be read`, { cause: error });
  }
}
