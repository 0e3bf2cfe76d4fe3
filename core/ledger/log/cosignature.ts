/**
 * What a timestamped cosignature signs: a version line, the time and all of the checkpoint's body.
 *
 * @param timeSeconds when the cosigner saw the checkpoint, POSIX seconds
 * @see https://c2sp.org/tlog-cosignature
 */
export function cosignatureMessage(body: Uint8Array, timeSeconds: number): Uint8Array {
  const header = new TextEncoder().encode(`cosignature/v1\ntime ${timeSeconds}\n`);
  const message = new Uint8Array(header.length + body.length);
  message.set(header);
  message.set(body, header.length);
  return message;
}

/** What stands in the signature line after the key id: the time as 64-bit big-endian, then the signature. */
export function cosignaturePayload(timeSeconds: number, signature: Uint8Array): Uint8Array {
  const payload = Buffer.alloc(8 + signature.length);
  payload.writeBigUInt64BE(BigInt(timeSeconds));
  payload.set(signature, 8);
  return payload;
}
