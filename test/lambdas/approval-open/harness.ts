import { createHmac } from 'node:crypto';
import { GenerateMacCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { Person } from '../../../core/approval/separation.ts';
import { ACTION } from '../../core/approval/scene.ts';
import { apiEvent } from '../../support/api-event.ts';

/** What the approval functions are told by their environment. */
export const ENVIRONMENT = {
  STATE_TABLE_NAME: 'state',
  REGISTRY_TABLE_NAME: 'registry',
  LEDGER_TABLE_NAME: 'ledger',
  CONSOLE_BASE_URL: 'https://gate.example/v1',
  NOTIFICATION_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:approvals',
  APPROVAL_TIMEOUT_SECONDS: '900',
  ENVELOPE_MAC_KEY_ID: 'mac-key',
  ENVELOPE_SIGNING_KEY_ID: 'signing-key',
  ENVELOPE_TTL_SECONDS: '90',
  SIGN_IN_BASE_URL: 'https://sign-in.example',
  SIGN_IN_CLIENT_ID: 'client-1',
} as const;

/** The approval functions read nothing of the context. */
export const context = { awsRequestId: 'r', functionName: 'f' } as Context;

/** KMS, Step Functions and SNS that answer as they should. */
export function givenAws() {
  const kms = mockClient(KMSClient);
  const mac = (bytes: Uint8Array | undefined) =>
    Uint8Array.from(
      createHmac('sha256', 'test-mac-key')
        .update(bytes ?? '')
        .digest(),
    );
  kms
    .on(GenerateMacCommand)
    .callsFake((input) => ({ Mac: mac(input.Message), $metadata: { requestId: 'generate-mac' } }));
  kms.on(SignCommand).callsFake((input) => ({ Signature: mac(input.Message) }));
  const sfn = mockClient(SFNClient);
  sfn.on(SendTaskSuccessCommand).resolves({});
  sfn.on(SendTaskFailureCommand).resolves({});
  const sns = mockClient(SNSClient);
  sns.on(PublishCommand).resolves({});
  return { kms, sfn, sns };
}

/** A request by a signed-in person about the scene's approval request. */
export function personEvent(person: Person, options: Parameters<typeof apiEvent>[0] = {}) {
  const [username = '', email = ''] = person.aliases;
  const groups = person.groups.join(',');
  return apiEvent({
    path: '/approval-requests/{id}',
    pathParameters: { id: ACTION },
    claims: { sub: person.subject, 'cognito:username': username, email, 'cognito:groups': groups },
    ...options,
  });
}
