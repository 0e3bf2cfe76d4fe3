import { describe, expect, it } from 'vitest';
import { formatAddCheckpoint, parseAddCheckpoint } from '../../../../core/ledger/log/witness-request.ts';

const HASH = 'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=';
const NOTE = 'example.com/log\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/log Az3grlgt\n';
const hash = new Uint8Array(Buffer.from(HASH, 'base64'));

describe('an add-checkpoint request', () => {
  it('is one line per hash, an empty line and the note when written', () => {
    expect(formatAddCheckpoint({ oldSize: 2, proof: [hash, hash], note: NOTE })).toBe(
      `old 2\n${HASH}\n${HASH}\n\n${NOTE}`,
    );
  });

  it.each([
    ['a proof', { oldSize: 20_852_014, proof: [hash, hash], note: NOTE }],
    ['none', { oldSize: 0, proof: [], note: NOTE }],
  ])('is read as it was written when it has %s', (_what, request) => {
    expect(parseAddCheckpoint(formatAddCheckpoint(request))).toEqual({ ok: true, value: request });
  });

  it('holds 63 hashes and not one more when written or read', () => {
    const proof = Array.from({ length: 63 }, () => hash);
    expect(parseAddCheckpoint(formatAddCheckpoint({ oldSize: 1, proof, note: NOTE })).ok).toBe(true);
    expect(() => formatAddCheckpoint({ oldSize: 1, proof: [...proof, hash], note: NOTE })).toThrow(RangeError);
    expect(parseAddCheckpoint(`old 1\n${`${HASH}\n`.repeat(64)}\n${NOTE}`)).toMatchObject({ ok: false });
  });

  it.each([
    ['no empty line', `old 1\n${HASH}\n`],
    ['no old size', `${HASH}\n\n${NOTE}`],
    ['a leading zero', `old 01\n\n${NOTE}`],
    ['a negative size', `old -1\n\n${NOTE}`],
    ['two spaces', `old  1\n\n${NOTE}`],
    ['a size beyond 2^53', `old 9007199254740993\n\n${NOTE}`],
    ['a carriage return', `old 1\r\n\n${NOTE}`],
    ['a short hash', `old 1\nAAAA\n\n${NOTE}`],
    ['a hash with stray bits', `old 1\n${HASH.replace('w=', 'x=')}\n\n${NOTE}`],
    ['a hash in base64url', `old 1\n${HASH.replace('P', '-')}\n\n${NOTE}`],
    ['an empty text', ''],
  ])('is malformed when it has %s', (_what, body) => {
    expect(parseAddCheckpoint(body)).toMatchObject({ ok: false, problem: { code: 'add_checkpoint_malformed' } });
  });
});
