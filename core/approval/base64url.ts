const ALPHABET = /^[A-Za-z0-9_-]*$/;

/** Unpadded base64url. @see RFC 4648 section 5 */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/**
 * The bytes of unpadded base64url, or `undefined` when the text is anything else: padding, another alphabet, white
 * space or stray trailing bits. One byte string has exactly one accepted spelling.
 */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!ALPHABET.test(text)) return undefined;
  const bytes = Uint8Array.from(Buffer.from(text, 'base64url'));
  return toBase64Url(bytes) === text ? bytes : undefined;
}
