import type { HttpRequest } from '../services/api-gateway/http-message.ts';
import type { verifySigV4 } from './verify-sigv4.ts';

/** A request to the API as the signature check reads it: header names in lower case, repeated ones joined. */
export function signedRequest({ method, target, rawHeaders, body }: HttpRequest): Parameters<typeof verifySigV4>[0] {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of rawHeaders) {
    const known = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = known === undefined ? value : `${known},${value}`;
  }
  return { method, url: target, headers, body };
}
