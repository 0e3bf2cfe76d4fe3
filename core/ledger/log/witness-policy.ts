import { ED25519_KEY_BYTES } from '../../ed25519.ts';
import { sameBytes } from '../../ledger/same-bytes.ts';
import type { Result } from '../../result.ts';
import { ok, refused } from '../../result.ts';
import type { CosignerPolicy } from './log-proof.ts';
import type { VerifierKey } from './note.ts';
import { parseVerifierKey, SIGNATURE_COSIGNATURE, SIGNATURE_ED25519 } from './note.ts';

/** A log whose checkpoints are accepted; the key's name is its origin. */
export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url?: string;
}

/** A witness; `name` has a meaning inside its policy only, the key's name is the one it signs under. */
export interface PolicyWitness {
  readonly name: string;
  readonly key: VerifierKey;
  /** By convention the prefix that `/add-checkpoint` is appended to. */
  readonly url?: string;
}

type Quorum =
  | { readonly kind: 'none' }
  | { readonly kind: 'witness'; readonly key: VerifierKey }
  | { readonly kind: 'group'; readonly threshold: number; readonly members: readonly Quorum[] };

/** Which logs are accepted and which witnesses must have cosigned. */
export interface WitnessPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly quorum: Quorum;
}

/** What is wrong in a policy and in which line, counted from 1; 0 is the policy as a whole. */
export interface WitnessPolicyProblem {
  readonly code: 'witness_policy_invalid';
  readonly line: number;
  readonly detail: string;
}

/** The format recommends room for at least this many logs, witnesses and groups each. */
const MAX_EACH = 32;
const COMMENT_OR_EMPTY = /^[ \t]*(?:#|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids exactly these.
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * Reads a C2SP tlog-policy. Of the key types that the format allows, those that this project verifies are accepted:
 * 0x01 for logs, 0x04 for witnesses. Stricter than the format in one respect: a witness must not have a log's key,
 * because that log would vouch for itself.
 *
 * @see https://c2sp.org/tlog-policy
 */
export function parseWitnessPolicy(text: string): Result<WitnessPolicy, WitnessPolicyProblem> {
  const reading = new PolicyReading();
  for (const [index, line] of text.split('\n').entries()) {
    const detail = FORBIDDEN.test(line) ? 'expected no control characters but tabs' : readLine(reading, line);
    if (detail !== undefined) return invalid(index + 1, detail);
  }
  const { logs, witnesses, quorum } = reading;
  return quorum === undefined ? invalid(0, 'expected a line `quorum`') : ok({ logs, witnesses, quorum });
}

/** True when the keys, whose cosignatures were verified, are enough. Keys the policy does not name count for nothing. */
export function quorumMet(policy: WitnessPolicy, verified: readonly VerifierKey[]): boolean {
  return isMet(policy.quorum, verified);
}

/** The policy as a verifier of notes and proofs takes it. */
export function cosignersOf(policy: WitnessPolicy): CosignerPolicy {
  return {
    keys: policy.witnesses.map(({ key }) => key),
    isMetBy: (verified) => quorumMet(policy, verified),
  };
}

function isMet(quorum: Quorum, verified: readonly VerifierKey[]): boolean {
  if (quorum.kind === 'none') return true;
  if (quorum.kind === 'group')
    return quorum.members.filter((member) => isMet(member, verified)).length >= quorum.threshold;
  const { name, type, publicKey } = quorum.key;
  return verified.some((key) => key.name === name && key.type === type && sameBytes(key.publicKey, publicKey));
}

/** What the lines read so far declare. */
class PolicyReading {
  readonly logs: PolicyLog[] = [];
  readonly witnesses: PolicyWitness[] = [];
  readonly named = new Map<string, Quorum>();
  readonly grouped = new Set<string>();
  groups = 0;
  quorum: Quorum | undefined;
}

/** Takes a line in; what is wrong with it, or undefined. */
function readLine(reading: PolicyReading, line: string): string | undefined {
  if (COMMENT_OR_EMPTY.test(line)) return undefined;
  const [keyword = '', ...items] = line.split(/[ \t]+/).filter((item) => item !== '');
  if (keyword === 'log') return readLog(reading, items);
  if (keyword === 'witness') return readWitness(reading, items);
  if (keyword === 'group') return readGroup(reading, items);
  if (keyword === 'quorum') return readQuorum(reading, items);
  return `expected \`log\`, \`witness\`, \`group\` or \`quorum\`, got \`${keyword}\``;
}

function readLog(reading: PolicyReading, items: readonly string[]): string | undefined {
  const [keyText, url, ...rest] = items;
  if (keyText === undefined || rest.length > 0) return 'expected `log <key> [<url>]`';
  const key = readKey(reading, keyText, SIGNATURE_ED25519);
  if (typeof key === 'string') return key;
  if (reading.logs.length === MAX_EACH) return `expected at most ${MAX_EACH} logs`;
  reading.logs.push({ key, ...(url !== undefined && { url }) });
  return undefined;
}

function readWitness(reading: PolicyReading, items: readonly string[]): string | undefined {
  const [name, keyText, url, ...rest] = items;
  if (name === undefined || keyText === undefined || rest.length > 0) return 'expected `witness <name> <key> [<url>]`';
  const key = readKey(reading, keyText, SIGNATURE_COSIGNATURE);
  if (typeof key === 'string') return key;
  if (reading.witnesses.length === MAX_EACH) return `expected at most ${MAX_EACH} witnesses`;
  reading.witnesses.push({ name, key, ...(url !== undefined && { url }) });
  return define(reading, name, { kind: 'witness', key });
}

function readGroup(reading: PolicyReading, items: readonly string[]): string | undefined {
  const [name, rule, ...members] = items;
  if (name === undefined || rule === undefined || members.length === 0)
    return 'expected `group <name> all|any|<k> <member>…`';
  const threshold = rule === 'all' ? members.length : rule === 'any' ? 1 : /^[1-9]\d*$/.test(rule) ? Number(rule) : 0;
  if (threshold < 1 || threshold > members.length)
    return `expected \`all\`, \`any\` or a number from 1 to ${members.length}, got \`${rule}\``;
  const found: Quorum[] = [];
  for (const member of members) {
    const quorum = reading.named.get(member);
    if (quorum === undefined) return `expected a witness or group of a line before, got \`${member}\``;
    if (reading.grouped.has(member)) return `expected each name in one group only, got \`${member}\` again`;
    reading.grouped.add(member);
    found.push(quorum);
  }
  reading.groups += 1;
  if (reading.groups > MAX_EACH) return `expected at most ${MAX_EACH} groups`;
  return define(reading, name, { kind: 'group', threshold, members: found });
}

function readQuorum(reading: PolicyReading, items: readonly string[]): string | undefined {
  const [name, ...rest] = items;
  if (name === undefined || rest.length > 0) return 'expected `quorum <name>`';
  if (reading.quorum !== undefined) return 'expected one line `quorum`, got another';
  reading.quorum = name === 'none' ? { kind: 'none' } : reading.named.get(name);
  return reading.quorum === undefined ? `expected a witness or group of a line before, got \`${name}\`` : undefined;
}

function define(reading: PolicyReading, name: string, quorum: Quorum): string | undefined {
  if (name === 'none') return 'expected a name other than `none`';
  if (reading.named.has(name)) return `expected a new name, got \`${name}\` again`;
  reading.named.set(name, quorum);
  return undefined;
}

/** The key, or what is wrong with it. Two keys are the same when their bytes are, whatever they are called. */
function readKey(reading: PolicyReading, text: string, type: number): VerifierKey | string {
  const parsed = parseVerifierKey(text);
  if (!parsed.ok) return `expected a verifier key \`name+id+key\`, got \`${text}\``;
  const key = parsed.value;
  if (key.type !== type || key.publicKey.length !== ED25519_KEY_BYTES)
    return `expected an Ed25519 key of type 0x0${type}, got \`${text}\``;
  const known = [...reading.logs, ...reading.witnesses];
  return known.some((other) => sameBytes(other.key.publicKey, key.publicKey))
    ? `expected each key once, got that of \`${key.name}\` again`
    : key;
}

function invalid(line: number, detail: string) {
  return refused<WitnessPolicyProblem>({ code: 'witness_policy_invalid', line, detail });
}
