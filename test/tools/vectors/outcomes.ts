import { createHash, verify } from 'node:crypto';
import { ed25519PublicKey } from '../../../core/ed25519.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { canonicalJson } from '../../../core/ledger/canonical.ts';
import { leafHashOf } from '../../../core/ledger/hash.ts';
import { parseCheckpointBody } from '../../../core/ledger/log/checkpoint.ts';
import { decodeEntries } from '../../../core/ledger/log/entry-bundle.ts';
import { verifyLogProof } from '../../../core/ledger/log/log-proof.ts';
import { verifyConsistency, verifyInclusion } from '../../../core/ledger/log/merkle-proof.ts';
import { openNote, parseVerifierKey, type VerifierKey } from '../../../core/ledger/log/note.ts';
import { parseLogPath } from '../../../core/ledger/log/tile-path.ts';
import { appendEntries, EMPTY_EDGE } from '../../../core/ledger/log/tree-edge.ts';
import { preAuthEncoding, readEnvelope, STATEMENT_PAYLOAD_TYPE } from '../../../core/ledger/receipt/dsse.ts';
import { verifyReceiptOffline } from '../../../core/ledger/receipt/verify-receipt.ts';
import { sameBytes } from '../../../core/ledger/same-bytes.ts';
import { parseEntry } from '../../../core/ledger/statement.ts';
import type { Result } from '../../../core/result.ts';
import type { Expectation } from '../../../tools/vectors/vector-file.ts';
import { witnessAnswer } from './witness-answer.ts';

/** What the project's own code makes of a vector's input, by kind of vector. */
export const OUTCOMES: { readonly [kind: string]: (input: JsonObject) => Expectation } = {
  vkey: (input) =>
    fromResult(parseVerifierKey(text(input['vkey'])), ({ name, keyId, type, publicKey }) => {
      return { name, id: keyId.toString(16).padStart(8, '0'), type, publicKey: hex(publicKey) };
    }),
  note: (input) =>
    fromResult(openNote(text(input['note']), keys(input['vkeys'])), ({ verified, unknown }) => {
      return { signers: verified.map(({ key }) => key.name), ignored: unknown };
    }),
  checkpoint: (input) =>
    fromResult(parseCheckpointBody(text(input['body'])), ({ root, ...rest }) => ({ ...rest, root: hex(root) })),
  cosignature: (input) =>
    fromResult(openNote(text(input['note']), keys(input['vkeys'])), ({ verified }) => ({ times: times(verified) })),
  'log-proof': logProof,
  inclusion: (input) =>
    fromBoolean(
      verifyInclusion({
        size: Number(input['size']),
        index: Number(input['index']),
        leaf: bytes(input['leaf']),
        proof: list(input['proof']).map(bytes),
        root: bytes(input['root']),
      }),
      'proof_invalid',
    ),
  consistency: (input) =>
    fromBoolean(
      verifyConsistency({
        fromSize: Number(input['fromSize']),
        toSize: Number(input['toSize']),
        fromRoot: bytes(input['fromRoot']),
        toRoot: bytes(input['toRoot']),
        proof: list(input['proof']).map(bytes),
      }),
      'proof_invalid',
    ),
  'tile-path': (input) => {
    const path = parseLogPath(text(input['path']));
    return path === undefined ? { accepted: false, code: 'log_path_unknown' } : { accepted: true, found: { ...path } };
  },
  'entry-bundle': (input) =>
    fromResult(decodeEntries(Buffer.from(text(input['bundle']), 'base64')), (entries) => {
      return { hashes: entries.map((entry) => createHash('sha256').update(entry).digest('hex')) };
    }),
  entry: (input) => {
    const bytes = Buffer.from(text(input['entry']), 'base64');
    const parsed = parseEntry(bytes);
    if (!parsed.ok) return { accepted: false, code: parsed.problem.check };
    const { chain, seq, type } = parsed.value.event;
    return { accepted: true, found: { chain, seq, type, leafHash: hex(leafHashOf(bytes)) } };
  },
  'dsse-pae': (input) => {
    const encoding = preAuthEncoding(text(input['payloadType']), Buffer.from(text(input['payload']), 'base64'));
    return fromBoolean(sameBytes(encoding, Buffer.from(text(input['encoding']), 'base64')), 'encoding_differs');
  },
  'dsse-envelope': envelope,
  receipt,
  witness: witnessAnswer,
  tile: (input) => fromBoolean(isTile(input), 'tile_differs'),
  'canonical-json': (input) => fromBoolean(isCanonical(text(input['text'])), 'canonical_form'),
};

function logProof(input: JsonObject): Expectation {
  const cosigners = keys(input['cosignerVkeys']);
  const policy = {
    keys: cosigners,
    isMetBy: (verified: readonly VerifierKey[]) => cosigners.every((key) => verified.includes(key)),
  };
  const trust = { logKeys: keys(input['logVkeys']), origin: text(input['origin']), policy };
  const found = verifyLogProof(text(input['proof']), Buffer.from(text(input['entry']), 'base64'), trust);
  return fromResult(found, ({ index, size, verified }) => ({ index, size, times: times(verified) }));
}

function envelope(input: JsonObject): Expectation {
  const read = readEnvelope(input['envelope']);
  if (!read.ok) return { accepted: false, code: read.problem.code };
  const { payload, signature } = read.value;
  const key = ed25519PublicKey(bytes(input['publicKey']));
  return fromBoolean(
    verify(null, preAuthEncoding(STATEMENT_PAYLOAD_TYPE, payload), key, signature),
    'signature_invalid',
  );
}

function receipt(input: JsonObject): Expectation {
  const trust = { certificationKeys: list(input['certificationKeys']).map(bytes), logOrigin: text(input['origin']) };
  return fromResult(verifyReceiptOffline(text(input['receipt']), trust), ({ event, inLogByMs }) => {
    const { chain, seq, type } = event;
    return { chain, seq, type, inLogBy: new Date(inLogByMs).toISOString() };
  });
}

/** The tree with leaves `entry 0`, `entry 1` … has such a file. */
function isTile(input: JsonObject): boolean {
  const entries = Array.from({ length: Number(input['size']) }, (_, index) => Buffer.from(`entry ${index}`));
  const { files } = appendEntries(EMPTY_EDGE, entries);
  const tile = files.find(({ path }) => path === input['path']);
  return tile !== undefined && sameBytes(tile.bytes, Buffer.from(text(input['tile']), 'base64'));
}

function isCanonical(json: string): boolean {
  try {
    const value: JsonValue = JSON.parse(json);
    return canonicalJson(value) === json;
  } catch {
    return false;
  }
}

function fromResult<Value>(
  result: Result<Value, { readonly code: string }>,
  show: (value: Value) => JsonObject,
): Expectation {
  return result.ok ? { accepted: true, found: show(result.value) } : { accepted: false, code: result.problem.code };
}

function fromBoolean(isAccepted: boolean, code: string): Expectation {
  return isAccepted ? { accepted: true } : { accepted: false, code };
}

function times(verified: readonly { readonly timeSeconds?: number }[]): readonly number[] {
  return verified.flatMap(({ timeSeconds }) => (timeSeconds === undefined ? [] : [timeSeconds]));
}

function keys(value: JsonValue | undefined): readonly VerifierKey[] {
  return list(value).map((vkey) => {
    const key = parseVerifierKey(text(vkey));
    if (!key.ok) throw new Error(`expected a verifier key, got \`${text(vkey)}\``);
    return key.value;
  });
}

function text(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw new Error(`expected a string, got \`${typeof value}\``);
  return value;
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new Error(`expected a list, got \`${typeof value}\``);
  return value;
}

function bytes(value: JsonValue | undefined): Uint8Array {
  return Buffer.from(text(value), 'hex');
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}
