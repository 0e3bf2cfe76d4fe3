/** One bit of a copy turned over. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8);
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

/** Base64 of the same bytes with the bits that count for nothing set; needs a text that ends in padding. */
export function looseBase64(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const at = text.indexOf('=') - 1;
  return `${text.slice(0, at)}${alphabet[alphabet.indexOf(text[at] ?? 'A') + 1]}${text.slice(at + 1)}`;
}

/** Base64, padded. */
export function base64(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('base64');
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Copies of a list with members taken away, doubled or exchanged, each under a name. */
export function rearranged<Member>(list: readonly Member[]): readonly (readonly [string, readonly Member[]])[] {
  const [first] = list;
  const last = list.at(-1);
  if (first === undefined || last === undefined) return [];
  const variants: (readonly [string, readonly Member[]])[] = [
    ['without the first hash', list.slice(1)],
    ['without the last hash', list.slice(0, -1)],
    ['with the first hash twice', [first, ...list]],
    ['with the last hash twice', [...list, last]],
  ];
  if (list.length > 1) {
    variants.push(['in reverse', [...list].reverse()]);
    variants.push(['with the last two exchanged', [...list.slice(0, -2), last, ...list.slice(-2, -1)]]);
  }
  return variants;
}
