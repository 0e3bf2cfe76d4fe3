const PARTITIONS = 64;
const WORDS = 4;
const FIRST_SLOTS = 64;
const MAX_LOAD = 0.7;
/** Most ids that room is made for at once: what a log says of its size need not be true. */
const MAX_EXPECTED = 1 << 20;

interface Partition {
  slots: Uint32Array;
  used: number;
}

/**
 * A set of 16-byte ids, exact, in flat memory: between 23 and 46 bytes an id (16 bytes a slot, a third to seven tenths
 * of the slots used), in partitions that grow one at a time. A million ids take at most 46 MB, ten million 460 MB.
 */
export class UniqueIds {
  readonly #partitions: Partition[];
  #hasZero = false;

  /** @param expected about how many ids will come; room is made for as many, up to a million, and for more as they come */
  constructor(expected = 0) {
    const slots = slotsFor(Math.min(expected, MAX_EXPECTED) / PARTITIONS);
    this.#partitions = Array.from({ length: PARTITIONS }, () => ({ slots: new Uint32Array(slots * WORDS), used: 0 }));
  }

  /** Adds the id at `offset` (in 32-bit words) of `ids`; false when it is there already. */
  add(ids: Uint32Array, offset: number): boolean {
    const [a = 0, b = 0, c = 0, d = 0] = [ids[offset], ids[offset + 1], ids[offset + 2], ids[offset + 3]];
    // An empty slot is all zeros.
    if ((a | b | c | d) === 0) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      return isNew;
    }
    const hash = mixed(a, b, c, d);
    const partition = this.#partitions[hash % PARTITIONS];
    if (partition === undefined) return false;
    if ((partition.used + 1) * WORDS > partition.slots.length * MAX_LOAD) grow(partition);
    if (!insert(partition.slots, hash, a, b, c, d)) return false;
    partition.used += 1;
    return true;
  }
}

/** The power of two that so many ids fill to no more than the greatest load. */
function slotsFor(ids: number): number {
  let slots = FIRST_SLOTS;
  while (slots * MAX_LOAD < ids) slots *= 2;
  return slots;
}

function insert(slots: Uint32Array, hash: number, a: number, b: number, c: number, d: number): boolean {
  const mask = slots.length / WORDS - 1;
  for (let slot = Math.floor(hash / PARTITIONS) & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WORDS;
    const [w = 0, x = 0, y = 0, z = 0] = [slots[at], slots[at + 1], slots[at + 2], slots[at + 3]];
    if (w === a && x === b && y === c && z === d) return false;
    if ((w | x | y | z) !== 0) continue;
    slots[at] = a;
    slots[at + 1] = b;
    slots[at + 2] = c;
    slots[at + 3] = d;
    return true;
  }
}

function grow(partition: Partition): void {
  const old = partition.slots;
  const slots = new Uint32Array(old.length * 2);
  for (let at = 0; at < old.length; at += WORDS) {
    const [a = 0, b = 0, c = 0, d = 0] = [old[at], old[at + 1], old[at + 2], old[at + 3]];
    if ((a | b | c | d) !== 0) insert(slots, mixed(a, b, c, d), a, b, c, d);
  }
  partition.slots = slots;
}

function mixed(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b) ^ Math.imul(d, 0xc2b2ae35), 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
