import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { issueCredential } from '../core/authority/issue-credential.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';

/** How the command is called. */
export const CREDENTIAL_USAGE = `countersign credential FILE --key KEY.pem --issuer NAME --id ID [--days DAYS] [--agent AGENT_ID]
  Prints the declarations of FILE with its agents' credentials signed by the issuer's Ed25519 key, from now on for DAYS
  (90). With --agent: that agent alone. The issuer's public key, for the configuration, goes to standard error.`;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = '90';
/** Longer terms would make the end of a credential meaningless. */
const MAX_DAYS = 366;

/** Signs agents' credentials offline: the issuer's key never meets the gate. */
export async function credentialCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { path, keyPath, issuer, id, days, agentId } = readArguments(argv);
  const key = readKey(keyPath);
  const declarations = readDeclarations(path);
  const agents = listOf(declarations['agents']);
  const notBeforeMs = Date.now();
  const terms = { credentialId: id, issuer, notBeforeMs, expiresAtMs: notBeforeMs + days * DAY_MS };
  const chosen = agents.filter((agent) => agentId === undefined || agent['agentId'] === agentId);
  if (chosen.length === 0) throw new CommandError(EXIT.badInput, 'expected an agent to sign for, got none');
  const signed = agents.map((agent) =>
    chosen.includes(agent) ? issueCredential(agent, terms, (bytes) => sign(null, bytes, key)) : agent,
  );
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url');
  io.stderr(`${JSON.stringify({ name: issuer, publicKey })}\n`);
  io.stdout(`${JSON.stringify({ ...declarations, agents: signed }, null, 2)}\n`);
  return EXIT.ok;
}

function readArguments(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        issuer: { type: 'string' },
        id: { type: 'string' },
        days: { type: 'string', default: DEFAULT_DAYS },
        agent: { type: 'string' },
      },
    });
    const [path, ...rest] = positionals;
    const { key, issuer, id, days, agent } = values;
    const isWhole = /^[1-9]\d{0,2}$/.test(days) && Number(days) <= MAX_DAYS;
    if (path === undefined || rest.length > 0 || key === undefined || issuer === undefined || id === undefined)
      throw new TypeError('expected a file, a key, an issuer and an id');
    if (!isWhole) throw new TypeError(`expected 1 to ${MAX_DAYS} days`);
    return { path, keyPath: key, issuer, id, days: Number(days), agentId: agent };
  } catch {
    throw new CommandError(EXIT.badInput, CREDENTIAL_USAGE);
  }
}

function readKey(path: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(readFileSync(path));
  } catch {
    // Falls through: what the parser says about a key file does not belong on a terminal.
  }
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new CommandError(EXIT.badInput, `expected an Ed25519 private key in ${path}`);
  return key;
}

function readDeclarations(path: string): JsonObject {
  let value: JsonValue = null;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Falls through: a file that is not there and one that is no JSON are the same mistake.
  }
  if (!isJsonObject(value)) throw new CommandError(EXIT.badInput, `expected declarations as JSON in ${path}`);
  return value;
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
