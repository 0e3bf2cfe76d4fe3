import { loadRequest, SignedOut, sendDecision } from './api.js';
import { decisionForm, setBusy } from './decision-form.js';
import { complain, element, frame, tell } from './dom.js';
import { requestView, statusText } from './request-view.js';
import { finishSignIn, personName, signOut, startSignIn } from './sign-in.js';

const TICK_MS = 1_000;
const MINUTE_SECONDS = 60;
let ticking;

async function showRequest() {
  showPerson();
  if (personName() === undefined) return showSignIn();
  tell('Loading the request…');
  const request = await loadRequest();
  tell(statusText(request.status));
  const isOpen = request.status === 'open';
  frame('view').replaceChildren(
    ...requestView(request),
    ...(mayAnswer(request) ? [decisionForm(request, (decision, reason) => decide(request, decision, reason))] : []),
  );
  document.title = `${request.action.type} · Countersign`;
  clearInterval(ticking);
  if (isOpen) ticking = setInterval(() => tick(request), TICK_MS);
  if (isOpen) tick(request);
}

async function decide(request, decision, reason) {
  complain('');
  setBusy(true);
  tell('Recording your decision…');
  try {
    await sendDecision(decision, reason, request.digest);
    await showRequest();
    tell(
      decision === 'approve' ? 'Your approval is recorded.' : 'Your refusal is recorded. The action will not happen.',
    );
    frame('content').focus();
  } catch (error) {
    tell('');
    setBusy(false);
    report(error);
  }
}

/** Whether an answer of this person could still count. The service decides; this only spares a useless form. */
function mayAnswer({ status, answers, needs }) {
  const isOver = answers.length >= needs.approvals || answers.some(({ decision }) => decision === 'reject');
  return status === 'open' && !isOver && !answers.some(({ isYours }) => isYours);
}

function tick(request) {
  const seconds = Math.floor((Date.parse(request.expiresAt) - Date.now()) / 1000);
  const left = frame('time-left');
  if (left === null) return;
  if (seconds > 0) {
    const minutes = Math.floor(seconds / MINUTE_SECONDS);
    left.textContent = ` (${minutes > 0 ? `${minutes} min` : `${seconds} s`} left)`;
    return;
  }
  clearInterval(ticking);
  left.textContent = ' (over)';
  setBusy(true);
  tell(statusText('timed_out'));
}

function showSignIn() {
  tell('');
  frame('view').replaceChildren(
    element('h1', {}, 'An approval request waits for you'),
    element('p', {}, 'Sign in to see what an agent wants to do, and to decide.'),
    element('button', { type: 'button', id: 'sign-in', onclick: () => startSignIn().catch(report) }, 'Sign in'),
  );
}

function showPerson() {
  const name = personName();
  const leave = () => {
    signOut();
    location.reload();
  };
  frame('who').replaceChildren(
    ...(name === undefined
      ? []
      : [
          element('span', {}, `Signed in as ${name}`),
          element('button', { type: 'button', onclick: leave }, 'Sign out'),
        ]),
  );
}

function report(error) {
  if (error instanceof SignedOut) {
    showPerson();
    showSignIn();
    complain('Your sign-in is over. Sign in again; nothing was recorded.');
    return;
  }
  const text = error.message;
  complain(`${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`);
}

const start = document.documentElement.dataset.view === 'sign-in' ? finishSignIn : showRequest;
start().catch((error) => {
  tell('');
  report(error);
});
