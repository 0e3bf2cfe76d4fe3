import type { Clock } from '../../ports.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import type { ChainedEvent } from '../event.ts';
import { sameBytes } from '../same-bytes.ts';
import type { EpochCertificate } from './certificate.ts';
import { parseEpoch } from './epoch.ts';
import type { EpochKey, EpochRequest, Retirement } from './epoch-request.ts';
import { epochRequest, retirement } from './epoch-request.ts';
import type { Receipt } from './receipt.ts';
import { signReceipt } from './receipt.ts';

/** What holding epoch keys needs from outside. */
export interface EpochPorts {
  readonly clock: Clock;
  /** A fresh key in memory. */
  newKey(): EpochKey;
  /** Has a key certified and gives the entry of the certificate's event; rejects when there is none. */
  certify(request: EpochRequest): Promise<Uint8Array>;
  /** Told why a key was not certified. */
  failed(error: unknown): void;
}

/**
 * Why there is no receipt: no certified key was to be had, or the event's time is not within the key's epoch. The event
 * is recorded all the same.
 */
export interface NoReceipt {
  readonly code: 'epoch_not_certified' | 'epoch_over';
}

interface HeldEpoch {
  readonly key: EpochKey;
  readonly certificate: EpochCertificate;
  readonly epochEntry: Uint8Array;
  receipts: number;
}

/** A key is renewed when it has this long left, so that no request waits for it. */
const RENEW_BEFORE_MS = 120_000;
/** Of a short epoch, this part is enough. */
const RENEW_BEFORE_PART = 1 / 3;
/** After a failure: while certificates cannot be had, requests are not held up for one each time. */
const RETRY_AFTER_MS = 10_000;

/**
 * The epoch key of one execution environment. Its age is judged by the clock at each use, since an environment may stand
 * still for hours between two requests.
 */
export class EpochHolder {
  readonly #ports: EpochPorts;
  readonly #issuedTo: string;
  #current: HeldEpoch | undefined;
  #coming: Promise<void> | undefined;
  #ended: Retirement | undefined;
  #retryAtMs = 0;

  constructor(ports: EpochPorts, issuedTo: string) {
    this.#ports = ports;
    this.#issuedTo = issuedTo;
  }

  /** Called when a request begins: asks for a key where one is missing or soon over, without waiting for it. */
  prepare(): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#current !== undefined && nowMs > this.#current.certificate.notAfterMs) this.#replace(undefined);
    const isFresh = this.#current !== undefined && nowMs < renewAtMs(this.#current.certificate);
    if (isFresh || this.#coming !== undefined || nowMs < this.#retryAtMs) return;
    this.#coming = this.#certify(nowMs);
  }

  /** A receipt for an event that was recorded just now. Waits for a key that was asked for, when there is no other. */
  async receiptFor(event: Pick<ChainedEvent, 'entry' | 'timeMs'>): Promise<Result<Receipt, NoReceipt>> {
    const times = [event.timeMs, this.#ports.clock.nowMs()];
    if (!isWithin(this.#current, times)) await this.#coming;
    const held = this.#current;
    if (held === undefined) return refused({ code: 'epoch_not_certified' });
    if (!isWithin(held, times)) return refused({ code: 'epoch_over' });
    held.receipts += 1;
    const { certificate, epochEntry, key } = held;
    return ok(signReceipt(event.entry, { certificate, epochEntry, sign: (message) => key.sign(message) }));
  }

  async #certify(nowMs: number): Promise<void> {
    try {
      const key = this.#ports.newKey();
      const ended = this.#ended;
      const entry = await this.#ports.certify(epochRequest(key, this.#issuedTo, nowMs, ended));
      const epoch = parseEpoch(entry);
      if (!epoch.ok) throw new Error(`expected a certificate, got none: ${epoch.problem.expected}`);
      const { certificate } = epoch.value;
      if (!sameBytes(certificate.publicKey, key.publicKey))
        throw new Error('expected a certificate of the key asked for');
      if (this.#ended === ended) this.#ended = undefined;
      this.#replace({ key, certificate, epochEntry: entry, receipts: 0 });
    } catch (error) {
      this.#retryAtMs = this.#ports.clock.nowMs() + RETRY_AFTER_MS;
      this.#ports.failed(error);
    } finally {
      this.#coming = undefined;
    }
  }

  /** The key before is dropped from memory; its end is told with the next request. */
  #replace(next: HeldEpoch | undefined): void {
    if (this.#current !== undefined) this.#ended = retirement(this.#current.key, this.#current.receipts);
    this.#current = next;
  }
}

function isWithin(held: HeldEpoch | undefined, timesMs: readonly number[]): boolean {
  if (held === undefined) return false;
  const { notBeforeMs, notAfterMs } = held.certificate;
  return timesMs.every((timeMs) => notBeforeMs <= timeMs && timeMs <= notAfterMs);
}

function renewAtMs({ notBeforeMs, notAfterMs }: EpochCertificate): number {
  return notAfterMs - Math.min(RENEW_BEFORE_MS, (notAfterMs - notBeforeMs) * RENEW_BEFORE_PART);
}
