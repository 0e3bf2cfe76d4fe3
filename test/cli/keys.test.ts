import { describe, expect, it } from 'vitest';
import { keysCommand } from '../../cli/keys.ts';
import { pinnedLines } from '../../cli/recorded-keys.ts';
import { ed25519PublicKey } from '../../core/ed25519.ts';
import { formatVerifierKey, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import { ed25519Pair } from '../support/ed25519-pair.ts';
import { APPROVED, gateIo } from './gate-io.ts';

const RECORDED = { ...APPROVED, 'POST /keys/changes': [200, { changed: true, seq: 7 }] } as const;

describe('keys', () => {
  it.each([
    ['rotate', 'introduce', 'generation 2 of log is in use, recorded as control #7'],
    ['retire', 'retire', 'generation 2 of log is retired, recorded as control #7'],
  ])('%s asks for the change, redeems the approval and records it', async (verb, step, line) => {
    const { io, out, sent } = gateIo(RECORDED);
    expect(await keysCommand([verb, 'log', '--generation', '2'], io)).toBe(0);
    const params = { purpose: 'log', step, generation: 2 };
    expect(sent[0]?.body).toMatchObject({ type: 'keys.rotate', params, resource: 'key/log' });
    expect(sent.at(-1)).toEqual({ route: 'POST /keys/changes', body: { actionId: 'act_1', ...params } });
    expect(out.join('')).toContain(line);
  });

  it('ends with 3 and says so when the change is not deployed', async () => {
    const refusal = { code: 'key_not_deployed_so', detail: 'deploy the change first' };
    const { io, out } = gateIo({ ...RECORDED, 'POST /keys/changes': [409, refusal] });
    expect(await keysCommand(['retire', 'receipts', '--generation', '1'], io)).toBe(3);
    expect(out.join('')).toContain('key_not_deployed_so');
  });

  it.each([
    [[]],
    [['rotate']],
    [['rotate', 'log']],
    [['rotate', 'pepper', '--generation', '2']],
    [['retire', 'log', '--generation', '0']],
    [['retire', 'log', '--generation', '1', 'more']],
    [['renew', 'log', '--generation', '2']],
    [['list']],
  ])('ends with 3 and asks for nothing when it is called as %j', async (argv) => {
    const { io, sent } = gateIo(RECORDED);
    expect(await keysCommand(argv, io)).toBe(3);
    expect(sent).toEqual([]);
  });
});

describe('pinnedLines', () => {
  const [first, second] = ['first', 'second'].map((name) => {
    const { publicKey } = ed25519Pair(name);
    const spki = ed25519PublicKey(publicKey).export({ format: 'der', type: 'spki' }).toString('base64');
    return { spki, vkey: formatVerifierKey('bank.example/log', SIGNATURE_ED25519, publicKey) };
  });

  it('names recorded keys with their end, and the others in use after them, each once', () => {
    const retired = { purpose: 'log', generation: 1, keyId: 'k', publicKey: first?.spki ?? '', untilSize: 9 };
    const inUse = `${second?.vkey}\n${first?.vkey}`;
    expect(pinnedLines([retired], 'bank.example/log', inUse)).toBe(`${first?.vkey} until 9\n${second?.vkey}\n`);
    expect(pinnedLines([], 'bank.example/log', String(second?.vkey))).toBe(`${second?.vkey}\n`);
  });
});
