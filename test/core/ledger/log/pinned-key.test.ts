import { describe, expect, it } from 'vitest';
import { formatVerifierKey, SIGNATURE_COSIGNATURE, SIGNATURE_ED25519 } from '../../../../core/ledger/log/note.ts';
import { formatPinnedKey, parsePinnedKeys, retiredSigner } from '../../../../core/ledger/log/pinned-key.ts';
import { ed25519Pair } from '../../../support/ed25519-pair.ts';

const [first, second] = ['first', 'second'].map((name) =>
  formatVerifierKey('test.example/log', SIGNATURE_ED25519, ed25519Pair(name).publicKey),
);
const parsed = (text: string) => {
  const keys = parsePinnedKeys(text);
  if (!keys.ok) throw new Error(keys.problem.expected);
  return keys.value;
};

describe('parsePinnedKeys', () => {
  it('reads keys in use and retired ones, and writes them back', () => {
    const keys = parsed(`# keys of the log\n${first} until 240\n\n${second}\n`);
    expect(keys.map(({ untilSize }) => untilSize)).toEqual([240, undefined]);
    expect(keys.map(formatPinnedKey)).toEqual([`${first} until 240`, second]);
  });

  it.each([
    ['no key', '\n', 1],
    ['another text', `${first}\nnonsense`, 2],
    ['a size with a leading zero', `${first} until 01`, 1],
    ['a size that numbers cannot hold', `${first} until 9999999999999999`, 1],
    ['no size', `${first} until `, 1],
    ['a key that cosigns', formatVerifierKey('w.example', SIGNATURE_COSIGNATURE, ed25519Pair('w').publicKey), 1],
  ])('names the line when it holds %s', (_name, text, line) => {
    expect(parsePinnedKeys(text)).toMatchObject({ ok: false, problem: { line } });
  });
});

describe('retiredSigner', () => {
  const keys = parsed(`${first} until 240\n${second}`);

  it.each([
    [240, false],
    [241, true],
  ])('knows at %i leaves whether a retired key signed too late', (size, isRetired) => {
    expect(retiredSigner(keys, keys, size) === keys[0]).toBe(isRetired);
    expect(retiredSigner(keys, keys.slice(1), size)).toBeUndefined();
  });
});
