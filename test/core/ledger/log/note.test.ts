import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatCheckpointBody, parseCheckpointBody } from '../../../../core/ledger/log/checkpoint.ts';
import { cosignatureMessage, cosignaturePayload } from '../../../../core/ledger/log/cosignature.ts';
import {
  formatNote,
  formatVerifierKey,
  openNote,
  parseNote,
  parseVerifierKey,
  SIGNATURE_COSIGNATURE,
  SIGNATURE_ED25519,
  signatureLine,
  type VerifierKey,
} from '../../../../core/ledger/log/note.ts';
import { entryBundlePath, hashTilePath, parseLogPath } from '../../../../core/ledger/log/tile-path.ts';

const ORIGIN = 'log.example/ledger';
const ROOT = new Uint8Array(32).fill(7);
const BODY = formatCheckpointBody({ origin: ORIGIN, size: 42, root: ROOT });
const bytes = new TextEncoder().encode(BODY);

function signer(name: string, type: number) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const parsed = parseVerifierKey(formatVerifierKey(name, type, raw));
  if (!parsed.ok) throw new Error('expected a verifier key');
  return { key: parsed.value, signs: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)) };
}

const log = signer(ORIGIN, SIGNATURE_ED25519);
const witness = signer('witness.example/one', SIGNATURE_COSIGNATURE);
const line = ({ key }: { readonly key: VerifierKey }, payload: Uint8Array) =>
  signatureLine(key.name, key.keyId, payload);
const logLine = line(log, log.signs(bytes));
const timed = (timeSeconds: number) =>
  line(witness, cosignaturePayload(timeSeconds, witness.signs(cosignatureMessage(bytes, timeSeconds))));

describe('a signed note', () => {
  it('is read and verified as the specification’s example is', () => {
    const key = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const note =
      'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n' +
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

    expect(key.ok && openNote(note.replace('’', "'"), [key.value])).toMatchObject({ ok: true, value: { unknown: 0 } });
    expect(key.ok && openNote(note, [key.value])).toMatchObject({ problem: { code: 'note_signature_invalid' } });
  });

  it('verifies the log’s signature and a cosignature with its time, and ignores keys it does not know', () => {
    const stranger = signer('stranger.example', SIGNATURE_ED25519);
    const note = formatNote(BODY, [logLine, line(stranger, stranger.signs(bytes)), timed(1_800_000_000)]);

    expect(openNote(note, [log.key, witness.key])).toEqual({
      ok: true,
      value: { text: BODY, unknown: 1, verified: [{ key: log.key }, { key: witness.key, timeSeconds: 1_800_000_000 }] },
    });
  });

  it('is refused when a known key’s bad line stands beside its good one', () => {
    const bad = line(log, log.signs(new TextEncoder().encode('other')));

    expect(openNote(formatNote(BODY, [logLine, bad]), [log.key])).toMatchObject({
      problem: { code: 'note_signature_invalid', name: ORIGIN },
    });
  });

  it('is refused when a cosignature is put under another time', () => {
    const payload = cosignaturePayload(6, witness.signs(cosignatureMessage(bytes, 5)));

    expect(openNote(formatNote(BODY, [line(witness, payload)]), [witness.key])).toMatchObject({ ok: false });
  });

  it('is unsigned when only keys nobody knows signed it', () => {
    expect(openNote(formatNote(BODY, [logLine]), [witness.key])).toMatchObject({ problem: { code: 'note_unsigned' } });
  });

  it.each([
    ['no signatures', BODY],
    ['no empty line', `${BODY}${logLine}`],
    ['a line without its line feed', formatNote(BODY, [logLine]).slice(0, -1)],
    ['a hyphen for the dash', formatNote(BODY, [logLine.replace('—', '-')])],
    ['base64 with stray bits', formatNote(BODY, ['— a AAAAAB==\n'])],
    ['a signature that is only a key id', formatNote(BODY, ['— a AAAAAA==\n'])],
    ['a carriage return', formatNote(`${BODY}x\r\n`, [logLine])],
    [
      'sixty-five signatures',
      formatNote(
        BODY,
        Array.from({ length: 65 }, () => logLine),
      ),
    ],
  ])('is malformed with %s', (_what, note) => {
    expect(parseNote(note)).toMatchObject({ ok: false, problem: { code: 'note_malformed' } });
  });
});

describe('a verifier key', () => {
  it.each([
    ['another id', 'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['another name', 'PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['no key', 'PeterNeumann+c74f20a3+'],
    ['two parts', 'PeterNeumann+c74f20a3'],
  ])('is refused with %s', (_what, text) => {
    expect(parseVerifierKey(text).ok).toBe(false);
  });
});

describe('a checkpoint', () => {
  it('is read as it was written', () => {
    expect(parseCheckpointBody(BODY)).toEqual({
      ok: true,
      value: { origin: ORIGIN, size: 42, root: ROOT, extensions: [] },
    });
  });

  it.each([
    ['a leading zero', BODY.replace('42', '042')],
    ['a negative size', BODY.replace('42', '-1')],
    ['a size that is no number', BODY.replace('42', '4e1')],
    ['a size beyond 2^53', BODY.replace('42', '9007199254740993')],
    ['a short root', BODY.replace(/\n.{44}\n$/, '\nAAAA\n')],
    ['no origin', BODY.replace(ORIGIN, '')],
    ['no last line feed', BODY.slice(0, -1)],
    ['an empty line', `${BODY}\nx\n`],
  ])('is malformed with %s', (_what, text) => {
    expect(parseCheckpointBody(text)).toMatchObject({ ok: false, problem: { code: 'checkpoint_malformed' } });
  });
});

describe('paths of a log', () => {
  it.each([
    [hashTilePath(0, 1_234_067), 'tile/0/x001/x234/067'],
    [hashTilePath(63, 0, 1), 'tile/63/000.p/1'],
    [entryBundlePath(273, 112), 'tile/entries/273.p/112'],
    [entryBundlePath(999_999), 'tile/entries/x999/999'],
    [entryBundlePath(1_000), 'tile/entries/x001/000'],
  ])('%s are spelled one way', (path, expected) => {
    expect(path).toBe(expected);
    expect(parseLogPath(path)).toBeDefined();
  });

  it.each([
    'tile/64/000',
    'tile/00/000',
    'tile/0/0',
    'tile/0/x000/067',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/001/234',
    'tile/entries/x001',
    '/tile/0/000',
    'tile/0/000/',
    'checkpoint',
  ])('%s is none', (path) => {
    expect(parseLogPath(path)).toBeUndefined();
  });
});
