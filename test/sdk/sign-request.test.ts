import { describe, expect, it } from 'vitest';
import { signRequest } from '../../sdk/sign-request.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const AT = new Date(Date.UTC(2015, 7, 30, 12, 36));

async function signatureOf(url: string, body?: string, region = 'us-east-1', secret = CREDENTIALS.secretAccessKey) {
  const request = {
    method: body === undefined ? 'GET' : 'POST',
    url: new URL(url),
    ...(body !== undefined && { body }),
  };
  const headers = await signRequest(request, { ...CREDENTIALS, secretAccessKey: secret }, region, AT);
  return { headers, signature: /Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '')?.[1] };
}

describe('signRequest', () => {
  it('signs host, date, payload and content type for execute-api', async () => {
    const { headers } = await signatureOf('https://gate.example/v1/actions', '{}');
    expect(headers).toMatchObject({
      host: 'gate.example',
      'content-type': 'application/json',
      'x-amz-date': '20150830T123600Z',
      'x-amz-content-sha256': '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    });
    expect(headers['authorization']).toContain(
      'Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date',
    );
    expect(headers).not.toHaveProperty('x-amz-security-token');
  });

  it('gives every difference another signature and the same request the same', async () => {
    const url = 'https://gate.example/v1/actions';
    const all = [
      await signatureOf(url),
      await signatureOf(url, '{}'),
      await signatureOf(url, '{ }'),
      await signatureOf(`${url}?a=1`),
      await signatureOf('https://gate.example:8443/v1/actions'),
      await signatureOf('https://other.example/v1/actions'),
      await signatureOf(url, undefined, 'eu-west-1'),
      await signatureOf(url, undefined, 'us-east-1', 'another secret'),
    ].map(({ signature }) => signature);
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(undefined);
    expect((await signatureOf(url)).signature).toBe(all[0]);
  });
});
