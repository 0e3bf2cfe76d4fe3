import { element } from './dom.js';
import { card } from './request-view.js';

const MAX_REASON = 500;
const ACTS = { approve: 'Approve', reject: 'Refuse' };

/**
 * The form that asks for a reason and a decision, and a dialog that asks again before anything is sent.
 *
 * @param {object} request what is shown
 * @param {(decision: string, reason: string) => Promise<void>} decide called once the person confirmed
 */
export function decisionForm(request, decide) {
  const reason = element('textarea', {
    id: 'reason',
    name: 'reason',
    required: true,
    maxlength: MAX_REASON,
    'aria-describedby': 'reason-help reason-missing',
  });
  const missing = element('p', { id: 'reason-missing', class: 'problem', hidden: true });
  const ask = (decision) => {
    const text = reason.value.trim();
    const isMissing = text === '';
    missing.hidden = !isMissing;
    missing.textContent = isMissing ? 'Give a reason first: it is kept with your decision.' : '';
    reason.setAttribute('aria-invalid', String(isMissing));
    if (isMissing) reason.focus();
    else confirmed(request, decision, text).then((sure) => sure && decide(decision, text));
  };
  const form = element(
    'form',
    { id: 'decision', novalidate: true, onsubmit: (event) => event.preventDefault() },
    element('label', { for: 'reason' }, 'Reason'),
    element('p', { id: 'reason-help', class: 'help' }, `What did you check? Up to ${MAX_REASON} characters, required.`),
    reason,
    missing,
    element(
      'div',
      { class: 'choices' },
      element('button', { type: 'button', class: 'approve', onclick: () => ask('approve') }, 'Approve…'),
      element('button', { type: 'button', class: 'reject', onclick: () => ask('reject') }, 'Refuse…'),
    ),
  );
  return card('decide', 'Your decision', form);
}

/** Keeps a person from deciding twice while an answer is under way, or after the time is over. */
export function setBusy(isBusy) {
  for (const control of document.querySelectorAll('#decision button, #decision textarea')) control.disabled = isBusy;
}

/** Shows once more what is about to be decided. Resolves true only when the person says so again. */
function confirmed(request, decision, reason) {
  const act = ACTS[decision];
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-what' },
    element('h2', { id: 'confirm-title' }, `${act} this ${request.action.type}?`),
    element(
      'div',
      { id: 'confirm-what' },
      element('p', {}, `Agent ${request.agent.name}, on ${request.action.resource.text}.`),
      element('p', {}, `Your reason: “${reason}”`),
      element('p', { class: 'help' }, 'Digest ', element('code', {}, request.digest)),
    ),
    element(
      'div',
      { class: 'choices' },
      element('button', { type: 'button', class: 'plain', onclick: () => dialog.close('back') }, 'Go back'),
      element(
        'button',
        { type: 'button', class: decision, onclick: () => dialog.close('sure') },
        `Yes, ${act.toLowerCase()}`,
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'sure');
    });
  });
}
