import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHashOf } from '../../../../core/ledger/hash.ts';
import { formatCheckpointBody } from '../../../../core/ledger/log/checkpoint.ts';
import { cosignatureMessage, cosignaturePayload } from '../../../../core/ledger/log/cosignature.ts';
import { formatLogProof, parseLogProof, verifyLogProof } from '../../../../core/ledger/log/log-proof.ts';
import { nodeHash } from '../../../../core/ledger/log/merkle.ts';
import {
  formatNote,
  noteKeyId,
  SIGNATURE_COSIGNATURE,
  SIGNATURE_ED25519,
  signatureLine,
} from '../../../../core/ledger/log/note.ts';

const ORIGIN = 'log.example/ledger';
const ENTRY = new TextEncoder().encode('the entry');
const LEFT = createHash('sha256').update('left').digest();
const BODY = formatCheckpointBody({ origin: ORIGIN, size: 2, root: nodeHash(LEFT, leafHashOf(ENTRY)) });

function signer(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const key = (type: number) => ({ name, type, publicKey: raw, keyId: noteKeyId(name, type, raw) });
  const plain = key(SIGNATURE_ED25519);
  const timed = key(SIGNATURE_COSIGNATURE);
  return {
    plain,
    timed,
    line: (body: string) => signatureLine(name, plain.keyId, sign(null, Buffer.from(body), privateKey)),
    timedLine: (body: string, timeSeconds: number) => {
      const signature = sign(null, cosignatureMessage(Buffer.from(body), timeSeconds), privateKey);
      return signatureLine(name, timed.keyId, cosignaturePayload(timeSeconds, signature));
    },
  };
}

const log = signer(ORIGIN);
const witness = signer('witness.example');
const lines = [log.line(BODY), log.timedLine(BODY, 1_800_000_000), witness.timedLine(BODY, 1_800_000_002)];
const proof = { index: 1, hashes: [LEFT], checkpoint: formatNote(BODY, lines) };
const text = formatLogProof(proof);
const trust = { logKeys: [log.plain, log.timed], origin: ORIGIN };
const policy = { keys: [witness.timed], isMetBy: (keys: readonly unknown[]) => keys.includes(witness.timed) };

describe('a proof of inclusion as text', () => {
  it('verifies with the keys and times of its checkpoint', () => {
    expect(verifyLogProof(text, ENTRY, { ...trust, policy })).toEqual({
      ok: true,
      value: {
        index: 1,
        size: 2,
        verified: [
          { key: log.plain },
          { key: log.timed, timeSeconds: 1_800_000_000 },
          { key: witness.timed, timeSeconds: 1_800_000_002 },
        ],
      },
    });
  });

  it('is read as it was written whatever it holds', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const any = fc.record(
      {
        index: fc.maxSafeNat(),
        hashes: fc.array(hash, { maxLength: 64 }),
        checkpoint: fc.string(),
        extra: fc.uint8Array({ minLength: 1 }),
      },
      { requiredKeys: ['index', 'hashes', 'checkpoint'] },
    );
    fc.assert(
      fc.property(any, (each) => {
        expect(parseLogProof(formatLogProof(each))).toEqual({ ok: true, value: each });
      }),
    );
  });

  it.each([
    ['another version', text.replace('@v1', '@v2')],
    ['a leading zero', text.replace('index 1', 'index 01')],
    ['an index beyond what a number holds', text.replace('index 1', 'index 9007199254740992')],
    ['no index', text.replace('index 1\n', '')],
    ['a sign', text.replace('index 1', 'index +1')],
    ['a carriage return', text.replace('index 1\n', 'index 1\r\n')],
    ['a short hash', text.replace(LEFT.toString('base64'), LEFT.subarray(1).toString('base64'))],
    ['a hash in another alphabet', text.replace(LEFT.toString('base64'), '_'.repeat(43))],
    ['extra data after the index', text.replace('index 1\n', 'index 1\nextra AAAA\n')],
    ['an extra line without data', text.replace('index 1\n', 'extra \nindex 1\n')],
    ['no empty line', text.replace('\n\n', '\n')],
    ['65 hashes', formatLogProof({ ...proof, hashes: Array.from({ length: 65 }, () => LEFT) })],
  ])('is refused as malformed when it has %s', (_, wrong) => {
    expect(verifyLogProof(wrong, ENTRY, trust)).toMatchObject({ problem: { code: 'log_proof_malformed' } });
  });

  it('is refused when hashes, index or entry are not those of the tree', () => {
    const notIncluded = { problem: { code: 'entry_not_included' } };

    expect(verifyLogProof(text, new TextEncoder().encode('another'), trust)).toMatchObject(notIncluded);
    for (const other of [{ index: 0 }, { index: 2 }, { hashes: [] }, { hashes: [LEFT, LEFT] }])
      expect(verifyLogProof(formatLogProof({ ...proof, ...other }), ENTRY, trust)).toMatchObject(notIncluded);
  });

  it('is refused when only cosigners signed the checkpoint', () => {
    const checkpoint = formatNote(BODY, lines.slice(1));

    expect(verifyLogProof(formatLogProof({ ...proof, checkpoint }), ENTRY, { ...trust, policy })).toMatchObject({
      problem: { code: 'checkpoint_not_of_log' },
    });
  });

  it('is refused when its checkpoint is of another log, unsigned, mis-signed or none', () => {
    const elsewhere = BODY.replace(ORIGIN, 'other.example');
    const codeWith = (checkpoint: string) => {
      const result = verifyLogProof(formatLogProof({ ...proof, checkpoint }), ENTRY, trust);
      return result.ok ? undefined : result.problem.code;
    };

    expect(codeWith(formatNote(elsewhere, [log.line(elsewhere)]))).toBe('origin_differs');
    expect(codeWith(formatNote(BODY, [witness.line(BODY)]))).toBe('note_unsigned');
    expect(codeWith(formatNote(BODY, [log.line(elsewhere)]))).toBe('note_signature_invalid');
    expect(codeWith(formatNote('text\n', [log.line('text\n')]))).toBe('checkpoint_malformed');
    expect(codeWith('')).toBe('note_malformed');
  });

  it('is refused when the policy wants a cosigner that is missing', () => {
    const checkpoint = formatNote(BODY, lines.slice(0, 2));

    expect(verifyLogProof(formatLogProof({ ...proof, checkpoint }), ENTRY, { ...trust, policy })).toMatchObject({
      problem: { code: 'policy_unmet' },
    });
  });
});
