/**
 * An OpenID Connect issuer on loopback, standing in for the Cognito user pool of the synthesised templates.
 *
 * Kept: app clients with their callback and logout URLs (as loopback equivalents), groups, password policy and token
 * lifetimes of the templates; the authorization code flow with PKCE S256; discovery and key set; ID and access tokens
 * (RS256) with Cognito's claims; one error for wrong names and wrong passwords; growing locks after failed attempts.
 * Not kept: second factors (a template that requires them is signed in to with a password alone, and `amr`/`acr` say
 * so), refresh tokens, a sign-in session between requests, self sign-up, password reset, triggers, threat protection,
 * client secrets, identity providers, the Cognito API.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { SandboxContext } from '../../contract.ts';
import { asRecord, asText } from '../lambda/template-values.ts';
import { AuthorizationCodes, checkAuthorization } from './authorization.ts';
import { LoginLimits } from './login-limits.ts';
import { loginPage, type Page, problemPage } from './login-page.ts';
import { TokenSigner } from './token-signer.ts';
import { readUserPool, type UserPool } from './user-pool.ts';
import { type SeededUser, type User, UserStore } from './user-store.ts';

/** Tokens for one person, as the token endpoint gives them. */
export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
}

const MAX_FORM_BYTES = 16 * 1024;

/** The issuer; call `listen` before anything that needs its URLs. */
export class CognitoIssuer {
  readonly pool: UserPool;
  readonly #users: UserStore;
  readonly #signer: TokenSigner;
  readonly #limits: LoginLimits;
  readonly #codes: AuthorizationCodes;
  readonly #mapUrl: (url: string) => string;
  readonly #server: Server;
  #baseUrl: string | undefined;

  private constructor(pool: UserPool, context: SandboxContext, signer: TokenSigner, mapUrl: (url: string) => string) {
    this.pool = pool;
    this.#users = new UserStore(join(context.stateDir, 'users.json'));
    this.#signer = signer;
    this.#limits = new LoginLimits(context.clock);
    this.#codes = new AuthorizationCodes(context.clock);
    this.#mapUrl = mapUrl;
    this.#server = createServer((message, response) => {
      this.#serve(message, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /**
   * Opens the issuer for the templates' user pool; `undefined` when they have none.
   *
   * @param mapUrl the loopback equivalent of a public URL, asked whenever one is compared
   */
  static async open(context: SandboxContext, mapUrl: (url: string) => string): Promise<CognitoIssuer | undefined> {
    const pool = readUserPool(context.assembly);
    if (pool === undefined) return undefined;
    const signer = await TokenSigner.open(join(context.stateDir, 'signing-key.json'), context.clock);
    return new CognitoIssuer(pool, context, signer, mapUrl);
  }

  /** Where the sign-in pages are. @throws {Error} before `listen` */
  get baseUrl(): string {
    if (this.#baseUrl === undefined) throw new Error('expected a listening issuer');
    return this.#baseUrl;
  }

  /** Value of the tokens' `iss`. @throws {Error} before `listen` */
  get issuerUrl(): string {
    return `${this.baseUrl}/${this.pool.id}`;
  }

  /** Listens on 127.0.0.1; `port` 0 takes a free one. */
  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a port to listen on');
    this.#baseUrl = `http://127.0.0.1:${address.port}`;
  }

  /** Adds or changes a user. @throws {TypeError} for an unknown group or a password against the pool's policy */
  async seedUser(seed: SeededUser): Promise<User> {
    const unknown = seed.groups.find((group) => !this.pool.groups.has(group));
    if (unknown !== undefined) throw new TypeError(`expected a group of the user pool, got \`${unknown}\``);
    const fault = this.pool.passwordFault(seed.password);
    if (fault !== undefined) throw new TypeError(`the password is against the user pool's policy: ${fault}`);
    return this.#users.put(seed);
  }

  /** Signs a person in over the same pages a browser uses. @throws {Error} when the sign-in is refused */
  async tokenFor(username: string, password: string): Promise<Tokens> {
    const client = this.pool.clients[0];
    const redirectUri = client?.callbackUrls[0];
    if (client === undefined || redirectUri === undefined)
      throw new Error('expected an app client with a callback URL');
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: this.#mapUrl(redirectUri),
      scope: 'openid email',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const form = new URLSearchParams({ username, password });
    const login = await fetch(`${this.baseUrl}/login?${query}`, { method: 'POST', body: form, redirect: 'manual' });
    const code = new URL(login.headers.get('location') ?? this.baseUrl).searchParams.get('code');
    if (code === null) throw new Error(`the sign-in was refused with status ${login.status}`);
    const exchange = { grant_type: 'authorization_code', client_id: client.id, code, code_verifier: verifier };
    const body = new URLSearchParams({ ...exchange, redirect_uri: this.#mapUrl(redirectUri) });
    const reply: unknown = await (await fetch(`${this.baseUrl}/oauth2/token`, { method: 'POST', body })).json();
    const tokens = asRecord(reply, 'token reply');
    return {
      idToken: asText(tokens['id_token'], 'id_token'),
      accessToken: asText(tokens['access_token'], 'access_token'),
    };
  }

  /** Stops listening; users and keys stay. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', this.baseUrl);
    const page = await this.#answer(message, url);
    response.writeHead(page.status, page.headers);
    response.end(page.body);
  }

  async #answer(message: IncomingMessage, url: URL): Promise<Page> {
    const prefix = `/${this.pool.id}/.well-known`;
    switch (`${message.method} ${url.pathname}`) {
      case `GET ${prefix}/openid-configuration`:
        return json(200, this.#discovery());
      case `GET ${prefix}/jwks.json`:
        return json(200, { keys: [this.#signer.publicJwk] });
      case 'GET /oauth2/authorize':
      case 'GET /login':
        return this.#authorize(url);
      case 'POST /login':
        return this.#login(url, message);
      case 'POST /oauth2/token':
        return this.#token(await readForm(message));
      case 'OPTIONS /oauth2/token':
        return { status: 204, headers: { ...CORS, 'Access-Control-Allow-Headers': 'content-type' }, body: '' };
      case 'GET /logout':
        return this.#logout(url.searchParams);
      default:
        return problemPage(404, 'There is nothing here.');
    }
  }

  #authorize(url: URL): Page {
    const request = checkAuthorization(url.searchParams, this.pool.clients, this.#mapUrl);
    if (!('error' in request)) return loginPage(200, `/login${url.search}`, new URL(request.redirectUri).origin);
    if (request.redirectUri === undefined) return problemPage(400, request.error);
    return redirect(request.redirectUri, { error: request.error, state: request.state });
  }

  async #login(url: URL, message: IncomingMessage): Promise<Page> {
    const request = checkAuthorization(url.searchParams, this.pool.clients, this.#mapUrl);
    const { origin } = message.headers;
    if ('error' in request || (origin !== undefined && origin !== this.baseUrl)) return this.#authorize(url);
    const form = await readForm(message);
    const name = form.get('username') ?? '';
    const target = new URL(request.redirectUri).origin;
    if (this.#limits.waitSeconds(name) > 0) {
      return loginPage(429, `/login${url.search}`, target, 'Too many failed attempts. Wait a while and try again.');
    }
    const user = await this.#users.authenticate(name, form.get('password') ?? '');
    if (user === undefined) {
      this.#limits.failed(name);
      return loginPage(401, `/login${url.search}`, target, 'Incorrect user name or password.');
    }
    this.#limits.succeeded(name);
    return redirect(request.redirectUri, { code: this.#codes.issue(request, user), state: request.state });
  }

  async #token(form: URLSearchParams): Promise<Page> {
    if (form.get('grant_type') !== 'authorization_code') return json(400, { error: 'unsupported_grant_type' });
    const [code, clientId, redirectUri, verifier] = ['code', 'client_id', 'redirect_uri', 'code_verifier'].map(
      (name) => form.get(name) ?? '',
    );
    const grant = this.#codes.redeem(code ?? '', clientId ?? '', redirectUri ?? '', verifier ?? '');
    if (grant === undefined) return json(400, { error: 'invalid_grant' });
    const { client, nonce, scope } = grant.request;
    const signIn = { user: grant.user, client, nonce, scope, authenticatedAtMs: grant.authenticatedAtMs };
    const tokens = await this.#signer.sign(this.issuerUrl, signIn);
    return json(200, {
      id_token: tokens.idToken,
      access_token: tokens.accessToken,
      expires_in: tokens.expiresInSeconds,
      token_type: 'Bearer',
    });
  }

  #logout(query: URLSearchParams): Page {
    const client = this.pool.clients.find((entry) => entry.id === query.get('client_id'));
    const target = query.get('logout_uri') ?? '';
    if (client?.logoutUrls.some((url) => this.#mapUrl(url) === target) !== true)
      return problemPage(400, 'unknown logout_uri');
    return redirect(target, {});
  }

  #discovery(): object {
    return {
      issuer: this.issuerUrl,
      authorization_endpoint: `${this.baseUrl}/oauth2/authorize`,
      token_endpoint: `${this.baseUrl}/oauth2/token`,
      end_session_endpoint: `${this.baseUrl}/logout`,
      jwks_uri: `${this.issuerUrl}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'email'],
    };
  }
}

/** Pages on the API's origin exchange their code from the browser, as they would at Cognito. */
const CORS = { 'Access-Control-Allow-Origin': '*' } as const;

function json(status: number, value: object): Page {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...CORS };
  return { status, headers, body: JSON.stringify(value) };
}

function redirect(target: string, parameters: { readonly [name: string]: string | undefined }): Page {
  const url = new URL(target);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return {
    status: 302,
    headers: { Location: url.href, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
    body: '',
  };
}

async function readForm(message: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (bytes > MAX_FORM_BYTES) throw new Error('the form is too large');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
