import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { AwsCredentials } from './sign-request.ts';
import { signRequest } from './sign-request.ts';

/** How to reach the gate. */
export interface AgentClientOptions {
  /** Up to and including the stage, for example `https://…/v1`. */
  readonly baseUrl: string;
  readonly region: string;
  /** Asked before every request, so that temporary credentials can be renewed. */
  readonly credentials: () => Promise<AwsCredentials> | AwsCredentials;
  /** How long one request may take, milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /** Epoch milliseconds. @default the machine's clock */
  readonly nowMs?: () => number;
  /** @default the platform's fetch */
  readonly fetch?: typeof fetch;
}

/** A reply of the gate. */
export interface GateReply {
  /** HTTP status. */
  readonly status: number;
  readonly body: JsonObject;
  /**
   * The signed receipt of what the request recorded, as text to keep: what `countersign receipt verify` reads. Absent
   * where nothing was recorded, and where `body.receiptUnavailable` says why there is none.
   */
  readonly receipt?: string;
}

/** A reply to asking for a proof. */
export interface ProofReply extends GateReply {
  /** C2SP tlog-proof that the log holds the event, as text to keep; absent until it does (409 `not_sequenced_yet`). */
  readonly proof?: string;
}

/** What an agent wants to do. */
export interface ActionInput {
  readonly type: string;
  readonly params: JsonObject;
  readonly resource: string;
  readonly sessionId: string;
  /** The same key always gets the same decision: choose it once per intended effect. */
  readonly idempotencyKey: string;
}

/** Retries after transport faults and 429 or 503: every route may be repeated. */
const MAX_TRIES = 3;
const RETRY_STATUSES = new Set([429, 503]);
const RETRY_PAUSE_MS = 200;
const DEFAULT_TIMEOUT_MS = 30_000;

interface TextReply {
  readonly status: number;
  readonly text: string;
}

/** A client of the agent API. Replies are values whatever their status; only transport faults throw. */
export class AgentClient {
  readonly #options: AgentClientOptions;

  constructor(options: AgentClientOptions) {
    this.#options = options;
  }

  /** Asks for a decision: 200 allowed, 202 people are asked, 403 denied. */
  async submit(action: ActionInput): Promise<GateReply> {
    return this.#send('POST', '/actions', { ...action });
  }

  /** Where one of the agent's own actions stands; an approved one comes with its envelopes. */
  async status(actionId: string): Promise<GateReply> {
    return this.#send('GET', `/actions/${encodeURIComponent(actionId)}`);
  }

  /** Presents the envelopes of an approved action. */
  async redeem(actionId: string, envelopes: readonly JsonObject[]): Promise<GateReply> {
    return this.#send('POST', `/actions/${encodeURIComponent(actionId)}/redeem`, { envelopes });
  }

  /** Reports what became of an allowed action. */
  async outcome(actionId: string, report: JsonObject): Promise<GateReply> {
    return this.#send('POST', `/actions/${encodeURIComponent(actionId)}/outcome`, report);
  }

  /** Withdraws an action that waits for approval. */
  async cancel(actionId: string, reason: string): Promise<GateReply> {
    return this.#send('POST', `/actions/${encodeURIComponent(actionId)}/cancel`, { reason });
  }

  /** Puts a published policy bundle into force, for a redeemed `policy.activate` of this agent's own. */
  async activatePolicy(actionId: string, bundleHash: string, sequence: number): Promise<GateReply> {
    return this.#send('POST', '/policy/activations', { actionId, bundleHash, sequence });
  }

  /** Destroys the keys of a subject's details, for a redeemed `records.erase` of this agent's own. */
  async eraseSubject(actionId: string, subject: string, from: string, through: string): Promise<GateReply> {
    return this.#send('POST', '/records/erasures', { actionId, subject, from, through });
  }

  /** Sets a legal hold, for a redeemed `records.hold.set` of this agent's own with the same parameters. */
  async setHold(actionId: string, params: JsonObject): Promise<GateReply> {
    return this.#send('POST', '/records/holds', { actionId, ...params });
  }

  /** Releases a legal hold, for a redeemed `records.hold.release` of this agent's own. */
  async releaseHold(actionId: string, params: JsonObject): Promise<GateReply> {
    return this.#send('POST', '/records/holds/release', { actionId, ...params });
  }

  /** A proof that the log holds an event of this agent's own chain, by the id in a reply's `ledger`. */
  async proof(eventId: string): Promise<ProofReply> {
    const { status, text } = await this.#request('GET', `/ledger/events/${encodeURIComponent(eventId)}/proof`);
    return status === 200 ? { status, body: {}, proof: text } : { status, body: parseBody(text) };
  }

  /** Records that a key was replaced or retired, for a redeemed `keys.rotate` of this agent's own with the same parameters. */
  async recordKeyChange(actionId: string, params: JsonObject): Promise<GateReply> {
    return this.#send('POST', '/keys/changes', { actionId, ...params });
  }

  /** Lengthens the period of a class of records, for a redeemed `records.retention.extend` of this agent's own. */
  async extendRetention(actionId: string, params: JsonObject): Promise<GateReply> {
    return this.#send('POST', '/records/retention', { actionId, ...params });
  }

  /** The action types this agent may use. */
  async tools(): Promise<GateReply> {
    return this.#send('GET', '/tools');
  }

  /** Ends a session, so that another may open. */
  async closeSession(sessionId: string): Promise<GateReply> {
    return this.#send('POST', `/sessions/${encodeURIComponent(sessionId)}/close`, {});
  }

  async #send(method: string, path: string, body?: JsonObject): Promise<GateReply> {
    const reply = await this.#request(method, path, body);
    const parsed = parseBody(reply.text);
    const { receipt } = parsed;
    return { status: reply.status, body: parsed, ...(receipt !== undefined && { receipt: JSON.stringify(receipt) }) };
  }

  async #request(method: string, path: string, body?: JsonObject): Promise<TextReply> {
    for (let tries = 1; ; tries += 1) {
      const isLast = tries >= MAX_TRIES;
      const reply = await this.#sendOnce(method, path, body).catch((error: unknown) => {
        if (isLast) throw error;
        return undefined;
      });
      if (reply !== undefined && (isLast || !RETRY_STATUSES.has(reply.status))) return reply;
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS * tries));
    }
  }

  async #sendOnce(method: string, path: string, body: JsonObject | undefined): Promise<TextReply> {
    const { baseUrl, region, credentials, timeoutMs = DEFAULT_TIMEOUT_MS, nowMs = Date.now } = this.#options;
    const url = new URL(`${baseUrl}${path}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = { method, url, ...(text !== undefined && { body: text }) };
    const { host: _setByFetch, ...headers } = await signRequest(
      request,
      await credentials(),
      region,
      new Date(nowMs()),
    );
    const reply = await (this.#options.fetch ?? fetch)(url, {
      method,
      headers,
      ...(text !== undefined && { body: text }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: reply.status, text: await reply.text() };
  }
}

/** A reply that is no JSON object came from something in between, not from the gate. */
function parseBody(text: string): JsonObject {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : { detail: text };
  } catch {
    return { detail: text };
  }
}
