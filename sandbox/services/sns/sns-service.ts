import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError, type AwsService, type SandboxContext } from '../../contract.ts';
import { openDurableLog, readDurableLog } from '../../front/durable-log.ts';
import { escapeXml, queryReply } from '../../front/protocol.ts';
import { isRawObject } from '../../template/raw-template.ts';
import { keyArnOf } from '../dynamodb/table-definition.ts';

/**
 * SNS topics of the templates. Kept: Publish with its permissions, topic policies, the need for an encrypted topic's
 * key, the size limit; a message is durable when its publisher hears so. Not kept: delivery — messages stay in an
 * outbox that people and tests read — filters, FIFO order, batches.
 */

/** A published message. */
export interface OutboxMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string;
  readonly message: string;
  readonly attributes: { readonly [name: string]: string };
  readonly publisherArn: string;
  /** ISO 8601, UTC, by the sandbox's clock. */
  readonly publishedAt: string;
}

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
const largestMessageBytes = 262_144;

function outboxPath(stateDir: string): string {
  return join(stateDir, 'sns', 'outbox.jsonl');
}

/** Every message published in the sandbox under `stateDir`, oldest first. */
export function readOutbox(stateDir: string): readonly OutboxMessage[] {
  return readDurableLog(outboxPath(stateDir)).filter(
    (entry): entry is OutboxMessage => isRawObject(entry) && 'messageId' in entry,
  );
}

function attributesOf(form: URLSearchParams): { readonly [name: string]: string } {
  const attributes: { [name: string]: string } = {};
  for (let index = 1; form.has(`MessageAttributes.entry.${index}.Name`); index += 1) {
    const prefix = `MessageAttributes.entry.${index}`;
    const value = form.get(`${prefix}.Value.StringValue`) ?? form.get(`${prefix}.Value.BinaryValue`) ?? '';
    attributes[form.get(`${prefix}.Name`) ?? ''] = value;
  }
  return attributes;
}

/** Opens the service with the topics of the templates. */
export function openSns(context: SandboxContext): AwsService {
  const { assembly, authorizer, clock, stateDir } = context;
  const outbox = openDurableLog(outboxPath(stateDir));

  const authorizeKey = (caller: Parameters<typeof authorizer.authorize>[0], keyArn: string, topicArn: string): void => {
    for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
      authorizer.authorize(caller, action, keyArn, {
        'kms:ViaService': `sns.${assembly.region}.amazonaws.com`,
        'kms:CallerAccount': assembly.accountId,
        'kms:EncryptionContext:aws:sns:topicArn': topicArn,
      });
    }
  };

  return {
    service: 'sns',
    handle: async (call) => {
      const form = new URLSearchParams(Buffer.from(call.body).toString('utf8'));
      const topicArn = form.get('TopicArn') ?? form.get('TargetArn') ?? '';
      authorizer.authorize(call.caller, `sns:${call.operation}`, topicArn);
      if (call.operation !== 'Publish') {
        throw new AwsError('InvalidAction', 400, `the sandbox does not emulate \`${call.operation}\``);
      }
      const topic = assembly.byType('AWS::SNS::Topic').find((entry) => entry.arn === topicArn);
      if (topic === undefined) {
        throw new AwsError('NotFound', 404, 'Topic does not exist');
      }
      const keyArn = keyArnOf(assembly, topic.properties['KmsMasterKeyId']);
      if (keyArn !== undefined) {
        authorizeKey(call.caller, keyArn, topicArn);
      }
      const message = form.get('Message') ?? '';
      if (message === '' || Buffer.byteLength(message) > largestMessageBytes) {
        throw new AwsError(
          'InvalidParameter',
          400,
          `Invalid parameter: Message too ${message === '' ? 'short' : 'long'}`,
        );
      }
      const record: OutboxMessage = {
        messageId: randomUUID(),
        topicArn,
        subject: form.get('Subject') ?? '',
        message,
        attributes: attributesOf(form),
        publisherArn: call.caller.arn,
        publishedAt: new Date(clock.nowMs()).toISOString(),
      };
      await outbox.append(record);
      return queryReply('Publish', namespace, `<MessageId>${escapeXml(record.messageId)}</MessageId>`, randomUUID());
    },
    close: async () => outbox.close(),
  };
}
