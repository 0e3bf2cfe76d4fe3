import { createHmac, timingSafeEqual } from 'node:crypto';
import { fromBase64Url } from './base64url.ts';

/** Length of a request's link key, bytes. The key stays in the state table. */
export const LINK_KEY_BYTES = 32;

const DOMAIN = 'countersign/approval-link/v1';

/**
 * The MAC a task link carries beside the request's id: it lets a page be found, and decides nothing. HMAC-SHA256 under
 * the request's own random key, base64url.
 *
 * @throws {RangeError} when the key is not {@link LINK_KEY_BYTES} long
 */
export function linkMac(linkKey: Uint8Array, requestId: string): string {
  return macBytes(linkKey, requestId).toString('base64url');
}

/** Compares in constant time. Malformed text never matches. */
export function linkMacMatches(linkKey: Uint8Array, requestId: string, mac: string): boolean {
  const expected = macBytes(linkKey, requestId);
  const presented = fromBase64Url(mac);
  return presented !== undefined && presented.length === expected.length && timingSafeEqual(presented, expected);
}

/** The task link of a request. Opening it has no effect; deciding is an authenticated POST. */
export function taskLink(consoleBaseUrl: string, linkKey: Uint8Array, requestId: string): string {
  return `${consoleBaseUrl}/approvals/${encodeURIComponent(requestId)}?mac=${linkMac(linkKey, requestId)}`;
}

function macBytes(linkKey: Uint8Array, requestId: string): Buffer {
  if (linkKey.length !== LINK_KEY_BYTES) {
    throw new RangeError(`expected a link key of ${LINK_KEY_BYTES} bytes, got \`${linkKey.length}\``);
  }
  return createHmac('sha256', linkKey).update(`${DOMAIN}\n${requestId}`).digest();
}
