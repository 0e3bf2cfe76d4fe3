import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { SnsNotifier } from '../../aws/sns-notifier.ts';
import type { ApprovalNotice } from '../../core/approval/notifier.ts';
import { TEST_NOW_MS } from '../support/deps.ts';

const sns = mockClient(SNSClient);
const notifier = new SnsNotifier(
  new SNSClient({ region: 'eu-west-1' }),
  'arn:aws:sns:eu-west-1:111122223333:approvals',
);
const notice: ApprovalNotice = {
  actionId: 'act_1',
  agentName: 'Payments',
  actionType: 'payment.send',
  tier: 3,
  approvals: 2,
  expiresAtMs: TEST_NOW_MS,
  link: 'https://gate.example/v1/approvals/act_1?mac=abc',
};

async function published(change: Partial<ApprovalNotice> = {}) {
  await notifier.requested({ ...notice, ...change });
  const input = sns.commandCalls(PublishCommand)[0]?.args[0].input;
  return { subject: input?.Subject ?? '', message: input?.Message ?? '', topic: input?.TopicArn };
}

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({});
});

describe('SnsNotifier', () => {
  it('sends the link and the deadline to the topic', async () => {
    const { subject, message, topic } = await published();
    expect(topic).toBe('arn:aws:sns:eu-west-1:111122223333:approvals');
    expect(subject).toBe('Approval needed (T3): payment.send');
    expect(message).toContain(notice.link);
    expect(message).toContain('2026-11-20T09:00:00.000Z');
    expect(message).toContain('2 people have');
  });

  it('says one person when one suffices', async () => {
    expect((await published({ approvals: 1 })).message).toContain('one person has');
  });

  it('keeps the subject to what sns accepts, and shows deceptive characters', async () => {
    const { subject, message } = await published({
      actionType: `\n\u202e${'é'.repeat(200)}`,
      agentName: 'Pay\u202ements',
    });
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(message).toContain('Pay⟨U+202E⟩ments');
  });

  it('throws when the topic cannot be reached', async () => {
    sns.on(PublishCommand).rejects(new Error('unreachable'));
    await expect(notifier.requested(notice)).rejects.toThrow('unreachable');
  });
});
