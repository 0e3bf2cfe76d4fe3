import { verifyTimestamp } from '../../net/timestamp/timestamp-verify.ts';
import type { TimestampTrust } from './log-inputs.ts';

/** Checks timestamps (RFC 3161) against authorities in PEM. */
export const timestampTrust: TimestampTrust = (anchorsPem) => async (token, bytes) =>
  verifyTimestamp(token, bytes, { trustAnchors: [anchorsPem] });
