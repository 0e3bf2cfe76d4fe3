import { request } from 'node:http';
import type { JsonObject } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import type { AwsCredentials } from '../../sdk/sign-request.ts';
import { signRequest } from '../../sdk/sign-request.ts';
import type { SandboxWorld } from './sandbox-world.ts';

/** A request exactly as it goes over the wire; nothing is encoded, added or checked. */
export interface RawRequest {
  readonly method: string;
  /** Below the stage; with query. */
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

/** What came back. `body` is empty when it was no JSON object. */
export interface RawReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly body: JsonObject;
}

/** Sends a request as it is. */
export async function sendRaw(world: SandboxWorld, { method, path, headers, body }: RawRequest): Promise<RawReply> {
  const { hostname, port, pathname } = new URL(world.sandbox.apiUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: `${pathname}${path}`, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const contentType = incoming.headers['content-type'] ?? '';
        resolve({ status: incoming.statusCode ?? 0, contentType, text, body: bodyOf(text) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** How a request is signed, where that differs from what an agent does. */
export interface Signing {
  readonly credentials?: AwsCredentials;
  /** How far the signer's clock is from the sandbox's, milliseconds. */
  readonly skewMs?: number;
}

/** The request with the headers an agent's signature needs. */
export async function signed(world: SandboxWorld, raw: RawRequest, signing: Signing = {}): Promise<RawRequest> {
  const { sandbox } = world;
  const url = new URL(`${sandbox.apiUrl}${raw.path}`);
  const body = typeof raw.body === 'string' ? raw.body : undefined;
  const headers = await signRequest(
    { method: raw.method, url, ...(body !== undefined && { body }) },
    signing.credentials ?? sandbox.credentialsFor('countersign-agent-payments'),
    sandbox.region,
    new Date(sandbox.clock.nowMs() + (signing.skewMs ?? 0)),
  );
  return { ...raw, headers: { ...headers, ...raw.headers } };
}

function bodyOf(text: string): JsonObject {
  try {
    const value = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
