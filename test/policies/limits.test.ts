import { expect, it } from 'vitest';
import { MAX_RESERVATIONS } from '../../core/budget/budget-facts.ts';
import { MAX_OPEN_SESSIONS } from '../../core/budget/sessions.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import { decide } from '../../core/gate/decide.ts';
import { buildBundle } from '../../tools/build-bundle.ts';
import { contextWith } from './cases.ts';

const bundle = compileBundle(buildBundle());

it.each([
  ['sessions', { 'session.fresh': true, 'open.sessions': MAX_OPEN_SESSIONS }, 'CS-SES-T0-003'],
  ['unreported actions', { 'open.reservations': MAX_RESERVATIONS }, 'CS-REQ-T0-004'],
])('names a rule when the number of %s reaches what the state can hold', (_what, facts, id) => {
  const request = {
    agentId: 'a',
    actionType: 'account.read-balance',
    resource: 'account/1',
    context: contextWith(facts),
  };

  expect(decide(request, bundle).rules.map((rule) => rule.id)).toEqual([id]);
});
