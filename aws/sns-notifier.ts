import type { SNSClient } from '@aws-sdk/client-sns';
import { PublishCommand } from '@aws-sdk/client-sns';
import type { ApprovalNotice, ApprovalNotifier } from '../core/approval/notifier.ts';
import { visibleText } from '../core/approval/visible-text.ts';

/** SNS takes fewer than 100 characters of printable ASCII as a subject. */
const MAX_SUBJECT_LENGTH = 99;

/**
 * Publishes notices to the topic approvers subscribe to. SNS delivers at least once; a second notice carries the same
 * link and does no harm.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export class SnsNotifier implements ApprovalNotifier {
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async requested(notice: ApprovalNotice): Promise<void> {
    const message = { Subject: subjectOf(notice), Message: messageOf(notice) };
    await this.#client.send(new PublishCommand({ TopicArn: this.#topicArn, ...message }));
  }
}

function subjectOf({ tier, actionType }: ApprovalNotice): string {
  const subject = `Approval needed (T${tier}): ${actionType}`;
  return subject.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_SUBJECT_LENGTH);
}

function messageOf(notice: ApprovalNotice): string {
  const people = notice.approvals === 1 ? 'one person has' : `${notice.approvals} people have`;
  return [
    `The agent ${visibleText(notice.agentName)} asks for ${visibleText(notice.actionType)} (tier T${notice.tier}).`,
    `Before it may happen, ${people} to look at it and approve.`,
    '',
    `Look at it, sign in and decide: ${notice.link}`,
    `It lapses at ${new Date(notice.expiresAtMs).toISOString()}.`,
    '',
    'Opening the link decides nothing. What is asked for is shown only after you open it.',
    '',
  ].join('\n');
}
