import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';

/** How to reach the people's routes. */
export interface PersonClientOptions {
  /** Up to and including the stage. */
  readonly baseUrl: string;
  /** The person's OpenID Connect id token. */
  readonly idToken: string;
  readonly fetch: typeof fetch;
}

/** A reply of the people's routes. */
export interface PersonReply {
  readonly status: number;
  readonly body: JsonObject;
}

const TIMEOUT_MS = 30_000;

/** A client of the routes that signed-in people use. */
export class PersonClient {
  readonly #options: PersonClientOptions;

  constructor(options: PersonClientOptions) {
    this.#options = options;
  }

  async openRequests(): Promise<PersonReply> {
    return this.#send('GET', '/approval-requests');
  }

  async request(actionId: string): Promise<PersonReply> {
    return this.#send('GET', `/approval-requests/${encodeURIComponent(actionId)}`);
  }

  /** Decides a request about exactly what `digest` stands for. */
  async decide(actionId: string, decision: 'approve' | 'reject', reason: string, digest: string): Promise<PersonReply> {
    const path = `/approval-requests/${encodeURIComponent(actionId)}/decision`;
    return this.#send('POST', path, { decision, reason, digest });
  }

  async halt(agentId: string, reason: string): Promise<PersonReply> {
    return this.#send('POST', `/agents/${encodeURIComponent(agentId)}/halt`, { reason });
  }

  async resume(agentId: string, reason: string): Promise<PersonReply> {
    return this.#send('POST', `/agents/${encodeURIComponent(agentId)}/resume`, { reason });
  }

  async raiseVeto(reason: string): Promise<PersonReply> {
    return this.#send('POST', '/control/veto', { reason });
  }

  async clearVeto(reason: string): Promise<PersonReply> {
    return this.#send('POST', '/control/veto/clear', { reason });
  }

  async control(): Promise<PersonReply> {
    return this.#send('GET', '/control');
  }

  async #send(method: string, path: string, body?: JsonObject): Promise<PersonReply> {
    const reply = await this.#options.fetch(`${this.#options.baseUrl}${path}`, {
      method,
      headers: {
        authorization: this.#options.idToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: reply.status, body: parseBody(await reply.text()) };
  }
}

function parseBody(text: string): JsonObject {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : { value };
  } catch {
    return { detail: text };
  }
}
