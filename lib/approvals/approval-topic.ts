import type { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';

/** Properties of {@link ApprovalTopic}. */
export interface ApprovalTopicProps {
  readonly encryptionKey: IKey;
}

/** Tells approvers that a request waits. A message carries a link with no effect, never a task token. */
export class ApprovalTopic extends Construct {
  readonly topic: Topic;
  private readonly encryptionKey: IKey;

  constructor(scope: Construct, id: string, props: ApprovalTopicProps) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Countersign approvals',
      masterKey: props.encryptionKey,
      enforceSSL: true,
    });
  }

  /** Lets a function tell approvers. */
  grantNotify(sender: ProductFunction): Grant {
    sender.allow({
      actions: ['sns:Publish'],
      resources: [this.topic.topicArn],
      environment: { NOTIFICATION_TOPIC_ARN: this.topic.topicArn },
    });
    return sender.allow({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [this.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:sns:topicArn': this.topic.topicArn } },
    });
  }
}
