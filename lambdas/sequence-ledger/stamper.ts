import { randomBytes } from 'node:crypto';
import type { TimeStamper } from '../../core/ledger/log/ports.ts';
import { TimestampFault, timestampClient } from '../../net/timestamp/timestamp-client.ts';
import { requiredEnv } from '../shared/environment.ts';
import { count, logger } from '../shared/telemetry.ts';

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const NONCE_BYTES = 16;

/** The authority at a URL; none when the URL is empty. One that fails is reported, and the log goes on without it. */
export function stamperOf(url: string): TimeStamper | undefined {
  if (url === '') return undefined;
  const policy = process.env['TIMESTAMP_POLICY'] ?? '';
  const client = timestampClient({
    url,
    trustAnchors: [requiredEnv('TIMESTAMP_TRUST_ANCHORS')],
    ...(policy !== '' && { policy }),
    timeoutMs: TIMEOUT_MS,
    attempts: ATTEMPTS,
    nonce: () => randomBytes(NONCE_BYTES),
    fetch,
  });
  return {
    stamp: async (noteBytes) => {
      try {
        return await client.stamp(noteBytes);
      } catch (error) {
        if (!(error instanceof TimestampFault)) throw error;
        count('TimestampMissing');
        logger.error('no timestamp', { error });
        return undefined;
      }
    },
  };
}
