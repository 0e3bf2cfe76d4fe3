import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AES_128_GCM,
  hpkeOpen,
  hpkeSeal,
  hpkeSealWith,
  importPrivate,
  newKeyPair,
  publicKeyOf,
} from '../../aws/hpke.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

describe('hpke', () => {
  it('gives the bytes of RFC 9180, A.1.1.1, when it is given its keys', () => {
    const ephemeral = importPrivate(hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'));
    const recipient = hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d');
    const plaintext = new TextEncoder().encode('Beauty is truth, truth beauty');
    const sealed = hpkeSealWith(ephemeral, recipient, 'Ode on a Grecian Urn', 'Count-0', plaintext, AES_128_GCM);
    expect(Buffer.from(sealed).toString('hex')).toBe(
      '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431' +
        'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
    );
  });

  it('opens what was sealed when everything is the same, and nothing when one byte is not', () => {
    const { publicKey, privateKey } = newKeyPair();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (plaintext, place) => {
        const sealed = hpkeSeal(publicKey, 'info', 'aad', plaintext);
        expect(Buffer.from(hpkeOpen(privateKey, 'info', 'aad', sealed)).equals(plaintext)).toBe(true);
        expect(() => hpkeOpen(privateKey, 'other', 'aad', sealed)).toThrow();
        expect(() => hpkeOpen(privateKey, 'info', 'other', sealed)).toThrow();
        expect(() => hpkeOpen(newKeyPair().privateKey, 'info', 'aad', sealed)).toThrow();
        const damaged = Uint8Array.from(sealed, (byte, index) => (index === place % sealed.length ? byte ^ 1 : byte));
        expect(() => hpkeOpen(privateKey, 'info', 'aad', damaged)).toThrow();
      }),
      { numRuns: 25 },
    );
  });

  it('refuses a message that is too short, and a key of the wrong length', () => {
    expect(() => hpkeOpen(newKeyPair().privateKey, 'info', 'aad', new Uint8Array(47))).toThrow('expected a sealed');
    expect(() => hpkeSeal(new Uint8Array(31), 'info', 'aad', new Uint8Array())).toThrow();
  });

  it('computes the public key of a private one', () => {
    const { publicKey, privateKey } = newKeyPair();
    expect(publicKeyOf(privateKey)).toEqual(publicKey);
  });
});
