import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, Extension, MessageImprint, TimeStampReq, TimeStampResp } from 'pkijs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { timestampRequest } from '../../../net/timestamp/timestamp-request.ts';
import { verifyTimestamp } from '../../../net/timestamp/timestamp-verify.ts';
import { openAuthority } from '../../../sandbox/timestamp-authority/authority-state.ts';
import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../sandbox/timestamp-authority/start-timestamp-authority.ts';
import { DATA, DAY_MS, imprintOf, NONCE, TIME_MS } from '../../support/timestamps.ts';

const folder = mkdtempSync(join(tmpdir(), 'timestamp-authority-'));
const stateDir = join(folder, 'state');
const query = timestampRequest({ data: DATA, nonce: NONCE });
const running: TimestampAuthority[] = [];

afterEach(async () => {
  for (const authority of running.splice(0)) await authority.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(nowMs = TIME_MS): Promise<TimestampAuthority> {
  const authority = await startTimestampAuthority({ stateDir, clock: { nowMs: () => nowMs } });
  running.push(authority);
  return authority;
}

async function ask(
  { url }: TimestampAuthority,
  body: Uint8Array | null,
  contentType = 'application/timestamp-query',
  method = 'POST',
): Promise<{ status: number; type: string | null; bytes: Uint8Array }> {
  const payload = body === null ? {} : { body: new Uint8Array(body) };
  const response = await fetch(url, { method, headers: { 'content-type': contentType }, ...payload });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get('content-type'), bytes };
}

/** The bit that a refusal sets in PKIFailureInfo; `granted` when there is a token. */
async function failureOf(authority: TimestampAuthority, body: Uint8Array): Promise<number | string> {
  const { status, failInfo } = TimeStampResp.fromBER(new Uint8Array((await ask(authority, body)).bytes)).status;
  const bits = [...(failInfo?.valueBlock.valueHexView ?? [])].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Number(status) === 2 ? bits.indexOf('1') : 'granted';
}

/** A request changed after it was made. */
function changedRequest(change: (request: TimeStampReq) => void): Uint8Array {
  const request = TimeStampReq.fromBER(new Uint8Array(query));
  change(request);
  return new Uint8Array(request.toSchema().toBER());
}

describe('the sandbox’s timestamp authority', () => {
  it('answers with a token that verifies when asked as RFC 3161 says', async () => {
    const authority = await start();
    const { status, type, bytes } = await ask(authority, query);
    expect([status, type]).toEqual([200, 'application/timestamp-reply']);
    const expected = { trustAnchors: [authority.trustAnchorPem], nonce: NONCE, policies: ['1.3.6.1.4.1.32473.1.1'] };
    expect(verifyTimestamp(bytes, DATA, expected)).toMatchObject({
      ok: true,
      value: { timeMs: TIME_MS, accuracyMs: 1000 },
    });
  });

  it('keeps its root and counts on when it is started again', async () => {
    const first = await start();
    const before = await ask(first, query);
    await running.pop()?.close();
    const again = await start(TIME_MS + 30 * DAY_MS);
    const after = await ask(again, query);
    expect(again.trustAnchorPem).toBe(first.trustAnchorPem);
    const trustAnchors = [first.trustAnchorPem];
    const serials = [before, after].map(({ bytes }) => {
      const result = verifyTimestamp(bytes, DATA, { trustAnchors });
      return result.ok ? Number.parseInt(result.value.serial, 16) : Number.NaN;
    });
    expect((serials[1] ?? 0) - (serials[0] ?? 0)).toBe(1);
  });

  it('keeps its key readable by its owner alone', async () => {
    await start();
    expect(statSync(join(stateDir, 'timestamp-authority.json')).mode & 0o777).toBe(0o600);
  });

  it('leaves its certificate out when none is asked for', async () => {
    const authority = await start();
    const request = changedRequest((change) => {
      change.certReq = false;
    });
    const { bytes } = await ask(authority, request);
    expect(verifyTimestamp(bytes, DATA, { trustAnchors: [authority.trustAnchorPem] })).toMatchObject({
      problem: { code: 'signer_certificate_missing' },
    });
  });

  it('stamps imprints by SHA-512 too', async () => {
    const request = changedRequest((change) => {
      change.messageImprint = imprintOf(DATA, 'sha512', '2.16.840.1.101.3.4.2.3');
    });
    expect(await failureOf(await start(), request)).toBe('granted');
  });

  it.each<[string, number, (request: TimeStampReq) => void]>([
    [
      'algorithm is SHA-1',
      0,
      (request) => {
        request.messageImprint = imprintOf(DATA, 'sha1', '1.3.14.3.2.26');
      },
    ],
    [
      'version is another',
      2,
      (request) => {
        request.version = 2;
      },
    ],
    [
      'imprint is too short',
      5,
      (request) => {
        request.messageImprint = new MessageImprint({
          hashAlgorithm: new AlgorithmIdentifier({ algorithmId: '2.16.840.1.101.3.4.2.1' }),
          hashedMessage: new asn1js.OctetString({ valueHex: new Uint8Array(31) }),
        });
      },
    ],
    [
      'policy is unknown',
      15,
      (request) => {
        request.reqPolicy = '1.2.3.4';
      },
    ],
    [
      'extension is unknown',
      16,
      (request) => {
        request.extensions = [new Extension({ extnID: '1.2.3', critical: false, extnValue: new ArrayBuffer(2) })];
      },
    ],
  ])('refuses a request whose %s', async (_name, failure, change) => {
    expect(await failureOf(await start(), changedRequest(change))).toBe(failure);
  });

  it('refuses bytes that are no request', async () => {
    const authority = await start();
    expect(await failureOf(authority, Buffer.from('hello'))).toBe(5);
    expect(await failureOf(authority, Buffer.concat([query, Buffer.of(0)]))).toBe(5);
  });

  it('answers with a status of HTTP when the request is none of RFC 3161 over HTTP', async () => {
    const authority = await start();
    expect((await ask(authority, null, 'application/timestamp-query', 'GET')).status).toBe(405);
    expect((await ask(authority, query, 'application/json')).status).toBe(415);
    expect((await ask(authority, new Uint8Array(8_193))).status).toBe(413);
  });

  it('does not open a folder that holds something else', () => {
    const other = mkdtempSync(join(folder, 'other-'));
    writeFileSync(join(other, 'timestamp-authority.json'), '{}');
    expect(() => openAuthority(other, TIME_MS)).toThrow('expected a timestamp authority');
  });
});
