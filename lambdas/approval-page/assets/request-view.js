import { element } from './dom.js';

const TIERS = [
  'T0 · reads only',
  'T1 · can be undone',
  'T2 · needs one person',
  'T3 · cannot be undone, needs two people',
];
const GRAVEST_TIER = 3;

const HINTS = {
  hidden_characters: 'Holds characters that are normally invisible; they are spelled out as ⟨U+…⟩.',
  mixed_scripts: 'Mixes alphabets that look alike. Read it letter by letter.',
  lookalike_letters: 'Written in letters that can pass for Latin ones. Read it letter by letter.',
  unusual_forms: 'Uses unusual forms of ordinary characters.',
  cut: 'Too long to be shown whole. What you approve includes the part not shown.',
};

const STATUSES = {
  sealed: 'This request was approved.',
  refused: 'This request was refused.',
  timed_out: 'The time to decide is over. Nothing will happen.',
  cancelled: 'The agent withdrew this request.',
  failed: 'This request failed. Nothing will happen.',
};

/** Everything a person has to see before deciding, in the order they need it. */
export function requestView(request) {
  return [
    heading(request),
    card('what', 'What it wants to do', facts(request), parameters(request.action.parameters)),
    card('why', 'Why people are asked', ...rules(request.rules)),
    card('people', 'Who decides', ...people(request)),
  ];
}

/** A titled part of the page. */
export function card(id, title, ...children) {
  return element(
    'section',
    { class: 'card', 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, title),
    ...children,
  );
}

/** What became of a request that is no longer open. */
export function statusText(status) {
  return STATUSES[status] ?? '';
}

/** A point in time, in the reader's own time zone. */
export function timeElement(iso) {
  const text = new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  return element('time', { datetime: iso }, text);
}

function heading({ action, agent }) {
  const isGravest = action.tier === GRAVEST_TIER;
  return element(
    'div',
    { class: 'lead' },
    element('h1', { id: 'title', tabindex: '-1' }, `${agent.name} asks for ${action.type}`),
    element('p', {}, element('span', { class: isGravest ? 'badge badge-gravest' : 'badge' }, TIERS[action.tier] ?? '')),
  );
}

function facts({ agent, action, expiresAt, digest }) {
  return element(
    'dl',
    { class: 'facts' },
    ...fact('Agent', element('code', {}, agent.id)),
    ...fact('On', valueElement(action.resource)),
    ...fact('Session', valueElement(action.sessionId)),
    ...fact('Decide before', timeElement(expiresAt), element('span', { id: 'time-left' })),
    ...fact('Digest', element('code', { id: 'digest' }, digest)),
  );
}

function fact(name, ...value) {
  return [element('dt', {}, name), element('dd', {}, ...value)];
}

function parameters(values) {
  if (values.length === 0) return element('p', {}, 'It has no parameters.');
  const rows = values.map((value) =>
    element('tr', {}, element('th', { scope: 'row' }, value.path), element('td', {}, valueElement(value))),
  );
  return element(
    'table',
    {},
    element(
      'caption',
      {},
      'Every parameter, exactly as the agent gave it. Your approval covers these values and no others.',
    ),
    element('tbody', {}, ...rows),
  );
}

function valueElement({ text, readable, hints }) {
  return element(
    'div',
    {},
    ...(readable === undefined ? [] : [element('span', { class: 'readable' }, readable)]),
    element('span', { class: 'value' }, text === '' ? '(empty text)' : text),
    ...hints.map((hint) => element('span', { class: 'hint' }, HINTS[hint] ?? hint)),
  );
}

function rules(list) {
  return list.map(({ id, text, frameworkRefs }) =>
    element(
      'div',
      { class: 'rule' },
      element('blockquote', {}, text),
      element('p', {}, `Rule ${id} · ${frameworkRefs.join(', ')}`),
    ),
  );
}

function people({ needs, answers }) {
  const count = needs.approvals === 1 ? 'One person' : `${needs.approvals} different people`;
  const managers = needs.managers === 0 ? '' : `, at least ${needs.managers} of them a manager`;
  const rule = `${count} must approve${managers}. Whoever owns the agent may not.`;
  return [
    element('p', {}, rule),
    answers.length === 0
      ? element('p', {}, 'Nobody has decided yet.')
      : element('ol', { class: 'answers' }, ...answers.map(answerItem)),
  ];
}

function answerItem({ by, decision, manager, reason, at }) {
  const did = decision === 'approve' ? 'approved' : 'refused';
  return element('li', {}, `${by}${manager ? ' (manager)' : ''} ${did} on `, timeElement(at), `: “${reason}”`);
}
