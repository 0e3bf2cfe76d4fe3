// Sign-in by authorization code with PKCE (RFC 7636): the page has no secret, and the code alone is worth nothing.
const TOKEN = 'countersign.id-token';
const PENDING = 'countersign.sign-in';
const EXPIRY_MARGIN_SECONDS = 30;
const RANDOM_BYTES = 32;

const settings = document.documentElement.dataset;
const redirectUri = () => `${settings.baseUrl}/sign-in`;

/** The signed-in person's id token, or `undefined` when there is none that still holds. */
export function idToken() {
  const token = sessionStorage.getItem(TOKEN);
  if (token === null) return undefined;
  if (claimsOf(token).exp > Date.now() / 1000 + EXPIRY_MARGIN_SECONDS) return token;
  signOut();
  return undefined;
}

/** What the person is called. The service checks the token; this is only for showing. */
export function personName() {
  const token = idToken();
  if (token === undefined) return undefined;
  const claims = claimsOf(token);
  return claims.email ?? claims['cognito:username'] ?? claims.sub;
}

export function signOut() {
  sessionStorage.removeItem(TOKEN);
}

/** Leaves for the sign-in service and comes back to this address. */
export async function startSignIn() {
  const pending = {
    state: randomText(),
    nonce: randomText(),
    verifier: randomText(),
    returnTo: location.pathname + location.search,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const url = new URL(`${settings.signInUrl}/oauth2/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectUri(),
    scope: 'openid email',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge_method: 'S256',
    code_challenge: await challengeFor(pending.verifier),
  }).toString();
  location.assign(url);
}

/** Takes the code the sign-in service sent back, exchanges it and returns to where the person came from. */
export async function finishSignIn() {
  const answer = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null');
  sessionStorage.removeItem(PENDING);
  if (pending === null || answer.get('state') !== pending.state) {
    throw new Error('This sign-in was not started here. Open the link from your notice again.');
  }
  if (!answer.has('code')) throw new Error('You were not signed in. Open the link from your notice to try again.');
  const token = await exchange(answer.get('code'), pending.verifier);
  if (claimsOf(token).nonce !== pending.nonce) {
    throw new Error('The sign-in service answered for another sign-in. Open the link from your notice again.');
  }
  sessionStorage.setItem(TOKEN, token);
  location.replace(pending.returnTo);
}

async function exchange(code, verifier) {
  const reply = await fetch(`${settings.signInUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: settings.clientId,
      redirect_uri: redirectUri(),
      code,
      code_verifier: verifier,
    }),
  });
  if (!reply.ok)
    throw new Error('The sign-in service did not accept the sign-in. Open the link from your notice again.');
  const { id_token: token } = await reply.json();
  return token;
}

function claimsOf(token) {
  const [, payload = ''] = token.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function challengeFor(verifier) {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function randomText() {
  return base64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

function base64Url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
