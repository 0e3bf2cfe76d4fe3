import { createHash } from 'node:crypto';

/**
 * Physical names of resources that the template does not name. CloudFormation makes them of the stack, the logical id
 * and random characters; here the last part is a hash, so that a restart finds the same names.
 */

/** Letters and digits as generated ids use them. */
export const lowerCaseLettersAndDigits = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `length` characters of `alphabet` that depend on `seed` alone; at most 64. */
export function derivedId(seed: string, length: number, alphabet: string = lowerCaseLettersAndDigits): string {
  const bytes = createHash('sha512').update(seed).digest();
  return [...bytes.subarray(0, length)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** A version 4-shaped UUID that depends on `seed` alone. */
export function derivedUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** `<stack>-<logicalId>-<hash>`, shortened in the middle to `maxLength`. */
export function generatedName(stackName: string, logicalId: string, maxLength: number): string {
  const suffix = derivedId(`${stackName}/${logicalId}`, 12).toUpperCase();
  const room = maxLength - suffix.length - 1;
  const logicalRoom = Math.max(
    Math.min(logicalId.length, room - Math.min(stackName.length, Math.floor(room / 2)) - 1),
    1,
  );
  const stackRoom = room - logicalRoom - 1;
  return `${stackName.slice(0, stackRoom)}-${logicalId.slice(0, logicalRoom)}-${suffix}`;
}
