import { gunzipSync } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Clock } from '../core/ports.ts';
import type { TimeWindow } from '../core/reconcile/facts.ts';
import { datesOf, isInside } from '../core/reconcile/facts.ts';
import type { MacCall } from '../core/reconcile/match-macs.ts';
import type { MacCallSource } from '../core/reconcile/ports.ts';
import { StorageFault } from '../core/state/entities.ts';
import { macCallsIn } from './cloudtrail-records.ts';

/** Where CloudTrail delivers, and which calls count. */
export interface TrailPlace {
  readonly bucket: string;
  /** The region's folder, ending in `/`; one folder per date lies below it. */
  readonly folder: string;
  /** ARNs of the keys that make envelope MACs, retired ones included. */
  readonly keyArns: readonly string[];
  readonly sealerRoleArn: string;
}

/** Largest inflated log file: CloudTrail's are a few megabytes. */
const MAX_FILE_BYTES = 512 * 1_024 * 1_024;

/** Files read side by side. */
const PARALLEL = 8;

/**
 * MACs that KMS made, from CloudTrail's log files. A file's folder is the date of its delivery, which is the date of
 * its events or later, so every folder from the window's first day until today is read.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 */
export class CloudTrailMacs implements MacCallSource {
  readonly #client: S3Client;
  readonly #place: TrailPlace;
  readonly #clock: Clock;

  constructor(client: S3Client, place: TrailPlace, clock: Clock) {
    this.#client = client;
    this.#place = place;
    this.#clock = clock;
  }

  /** @throws {StorageFault} when a log file could not be read whole */
  async macCalls(window: TimeWindow): Promise<readonly MacCall[]> {
    const calls: MacCall[] = [];
    for (const date of datesOf({ fromMs: window.fromMs, toMs: this.#clock.nowMs() + 1 })) {
      const keys = (await this.#list(`${this.#place.folder}${date.replaceAll('-', '/')}/`)).values();
      const readSome = async () => {
        for (const key of keys) calls.push(...macCallsIn(await this.#read(key), this.#place));
      };
      await Promise.all(Array.from({ length: PARALLEL }, readSome));
    }
    return calls.filter((call) => isInside(window, call.timeMs));
  }

  async #list(folder: string): Promise<readonly string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask('listed', () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#place.bucket,
            Prefix: folder,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key: key } of page.Contents ?? []) if (key?.endsWith('.json.gz') === true) keys.push(key);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  #read(key: string): Promise<Uint8Array> {
    return this.#ask(`read at \`${key}\``, async () => {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#place.bucket, Key: key }));
      if (Body === undefined) throw new Error('expected a body');
      return gunzipSync(await Body.transformToByteArray(), { maxOutputLength: MAX_FILE_BYTES });
    });
  }

  async #ask<Reply>(what: string, ask: () => Promise<Reply>): Promise<Reply> {
    try {
      return await ask();
    } catch (error) {
      throw new StorageFault(`the log files could not be ${what}`, { cause: error });
    }
  }
}
