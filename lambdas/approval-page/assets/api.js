import { idToken, signOut } from './sign-in.js';

const { baseUrl, requestId } = document.documentElement.dataset;

/** Thrown when the person has to sign in (again). */
export class SignedOut extends Error {}

/** Thrown when the service refuses, with words for people. */
export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** The request as it is now. */
export function loadRequest() {
  return call('GET', '');
}

/** Records the person's decision about exactly what was shown. */
export function sendDecision(decision, reason, digest) {
  return call('POST', '/decision', { decision, reason, digest });
}

async function call(method, path, body) {
  const token = idToken();
  if (token === undefined) throw new SignedOut();
  const reply = await reach(`${baseUrl}/approval-requests/${encodeURIComponent(requestId)}${path}`, {
    method,
    headers: { authorization: token, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  if (reply.status === 401) {
    signOut();
    throw new SignedOut();
  }
  const answer = await reply.json().catch(() => ({}));
  if (reply.ok) return answer;
  throw new Refused(answer.detail ?? answer.message ?? `the service answered ${reply.status}`, answer.code);
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Refused('the service could not be reached; check your connection and try again', 'unreachable');
  }
}
