import { EvaluationError } from '../errors.ts';

const V4_BITS = 32;
const V6_BITS = 128;
const DECIMAL_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

/** A Cedar ipaddr: an address and the length of its network prefix. A single address has the whole length. */
export class IpValue {
  readonly typeName = 'ipaddr';
  readonly address: bigint;
  readonly bits: 32 | 128;
  readonly prefix: number;

  constructor(address: bigint, bits: 32 | 128, prefix: number) {
    this.address = address;
    this.bits = bits;
    this.prefix = prefix;
  }

  /** Equal for equal values only. */
  get key(): string {
    return `ip ${this.bits} ${this.address} ${this.prefix}`;
  }

  /** True when every address of this network is in the other's. Addresses of two families are never in range. */
  isInRange(network: IpValue): boolean {
    if (this.bits !== network.bits || this.prefix < network.prefix) return false;
    const hostBits = BigInt(this.bits - network.prefix);
    return this.address >> hostBits === network.address >> hostBits;
  }

  /** 127.0.0.0/8 or ::1. */
  isLoopback(): boolean {
    return this.isInRange(this.bits === V4_BITS ? LOOPBACK_V4 : LOOPBACK_V6);
  }

  /** 224.0.0.0/4 or ff00::/8. */
  isMulticast(): boolean {
    return this.isInRange(this.bits === V4_BITS ? MULTICAST_V4 : MULTICAST_V6);
  }
}

const LOOPBACK_V4 = new IpValue(0x7f000000n, V4_BITS, 8);
const LOOPBACK_V6 = new IpValue(1n, V6_BITS, V6_BITS);
const MULTICAST_V4 = new IpValue(0xe0000000n, V4_BITS, 4);
const MULTICAST_V6 = new IpValue(0xffn << 120n, V6_BITS, 8);

/**
 * Parses an IPv4 or IPv6 address with an optional `/prefix`. IPv4 embedded in IPv6 (`::ffff:1.2.3.4`), leading zeros
 * and zones are refused.
 *
 * @throws {EvaluationError} `extension_error`
 */
export function parseIp(text: string): IpValue {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const bits = address.includes(':') ? V6_BITS : V4_BITS;
  const number = bits === V6_BITS ? parseV6(address) : parseV4(address);
  const prefix = slash < 0 ? bits : parsePrefix(text.slice(slash + 1), bits);
  if (number === null || prefix === null) {
    throw new EvaluationError('extension_error', `\`${text}\` is not an IP address or range`);
  }
  return new IpValue(number, bits, prefix);
}

function parsePrefix(text: string, bits: number): number | null {
  return PREFIX.test(text) && Number(text) <= bits ? Number(text) : null;
}

function parseV4(text: string): bigint | null {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => DECIMAL_OCTET.test(octet) && Number(octet) <= 255)) return null;
  return octets.reduce((address, octet) => (address << 8n) | BigInt(octet), 0n);
}

function parseV6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = head.length + tail.length;
  if (halves.length === 1 ? given !== 8 : given > 7) return null;
  const groups = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...tail];
  if (!groups.every((group) => HEX_GROUP.test(group))) return null;
  return groups.reduce((address, group) => (address << 16n) | BigInt(`0x${group}`), 0n);
}
