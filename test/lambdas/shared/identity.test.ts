import { describe, expect, it } from 'vitest';
import { agentIdOf } from '../../../lambdas/shared/caller.ts';
import { personOf } from '../../../lambdas/shared/person.ts';
import { AGENT_ID, apiEvent } from '../../support/api-event.ts';

describe('agentIdOf', () => {
  it('gives the same agent when only the session name differs', () => {
    const arn = (session: string) => `arn:aws:sts::111122223333:assumed-role/countersign-agent-teller/${session}`;
    expect(agentIdOf(apiEvent({ userArn: arn('one') }))).toBe(AGENT_ID);
    expect(agentIdOf(apiEvent({ userArn: arn('two') }))).toBe(AGENT_ID);
  });

  it.each([
    'arn:aws:iam::111122223333:user/alice',
    'arn:aws:iam::111122223333:root',
    'arn:aws:sts::111122223333:federated-user/x',
    'arn:aws:sts::111122223333:assumed-role/role',
    'arn:aws:sts::1111:assumed-role/role/session',
    '',
  ])('answers 403 when the caller is `%s`', (userArn) => {
    expect(() => agentIdOf(apiEvent({ userArn }))).toThrow(
      expect.objectContaining({ status: 403, code: 'not_an_agent' }),
    );
  });
});

describe('personOf', () => {
  const claims = { sub: 's-1', 'cognito:username': 'ann', email: 'ann@bank.example' };

  it.each(['approver,manager', '[approver manager]', 'approver, manager'])(
    'reads groups when they come as `%s`',
    (groups) => {
      expect(personOf(apiEvent({ claims: { ...claims, 'cognito:groups': groups } }))).toEqual({
        subject: 's-1',
        aliases: ['ann', 'ann@bank.example'],
        groups: ['approver', 'manager'],
      });
    },
  );

  it('has no groups when the claim is absent', () => {
    expect(personOf(apiEvent({ claims })).groups).toEqual([]);
  });

  it.each([undefined, {}, { sub: '' }])('answers 403 when the claims are %j', (none) => {
    const event = none === undefined ? apiEvent() : apiEvent({ claims: none });
    expect(() => personOf(event)).toThrow(expect.objectContaining({ status: 403, code: 'not_signed_in' }));
  });
});
