import { AthenaClient, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GenerateMacCommand, KMSClient, SignCommand, VerifyMacCommand } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { AwsCredentials } from '../../sdk/sign-request.ts';
import type { SandboxWorld } from './sandbox-world.ts';

/** A call somebody tries to make past the gate. */
export interface Attempt {
  readonly what: string;
  /** The IAM action it needs. */
  readonly action: string;
  make(): Promise<unknown>;
}

/**
 * Calls that would go round the gate, as one role of the templates.
 *
 * @param taskToken of an approval that waits
 */
export function attemptsAs(
  { sandbox, running }: SandboxWorld,
  roleName: string,
  taskToken: string,
): readonly Attempt[] {
  const { names } = running.file;
  const config = {
    endpoint: sandbox.endpointUrl,
    region: sandbox.region,
    credentials: sandbox.credentialsFor(roleName),
  };
  const [state, ledger] = [
    tableAttempts(config, names.stateTable, 'state'),
    tableAttempts(config, names.ledgerTable, 'ledger'),
  ];
  return [
    ...state,
    ...ledger,
    ...keyAttempts(config, names.envelopeMacKeyId, names.envelopeSigningKeyId),
    ...archiveAttempts(config, names.archiveBucket),
    ...otherAttempts(config, taskToken, (type) => sandbox.assembly.byType(type)[0]?.arn ?? ''),
  ];
}

interface Config {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

function tableAttempts(config: Config, TableName: string, which: string): readonly Attempt[] {
  const client = new DynamoDBClient(config);
  const Key = { pk: { S: 'CONTROL' }, sk: { S: 'STOP#ALL' } };
  const update = {
    TableName,
    Key,
    UpdateExpression: 'SET halted = :no',
    ExpressionAttributeValues: { ':no': { BOOL: false } },
  };
  const TransactItems = [{ Put: { TableName, Item: Key } }];
  return [
    attempt('dynamodb:GetItem', () => client.send(new GetItemCommand({ TableName, Key })), which),
    attempt('dynamodb:PutItem', () => client.send(new PutItemCommand({ TableName, Item: Key })), which),
    attempt('dynamodb:UpdateItem', () => client.send(new UpdateItemCommand(update)), which),
    attempt('dynamodb:DeleteItem', () => client.send(new DeleteItemCommand({ TableName, Key })), which),
    attempt('dynamodb:Scan', () => client.send(new ScanCommand({ TableName })), which),
    attempt(
      'dynamodb:PutItem',
      () => client.send(new TransactWriteItemsCommand({ TransactItems })),
      `${which}, transaction`,
    ),
  ];
}

function keyAttempts(config: Config, macKeyId: string, signingKeyId: string): readonly Attempt[] {
  const client = new KMSClient(config);
  const Message = new TextEncoder().encode('approve everything');
  const mac = { KeyId: macKeyId, MacAlgorithm: 'HMAC_SHA_256', Message } as const;
  const sign = { KeyId: signingKeyId, SigningAlgorithm: 'ECDSA_SHA_256', Message } as const;
  return [
    attempt('kms:GenerateMac', () => client.send(new GenerateMacCommand(mac))),
    attempt('kms:VerifyMac', () => client.send(new VerifyMacCommand({ ...mac, Mac: Message }))),
    attempt('kms:Sign', () => client.send(new SignCommand(sign))),
  ];
}

function archiveAttempts(config: Config, Bucket: string): readonly Attempt[] {
  const client = new S3Client({ ...config, forcePathStyle: true });
  const Key = 'events/dt=2026-11-20/control/0000000000000000.jsonl';
  return [
    attempt('s3:GetObject', () => client.send(new GetObjectCommand({ Bucket, Key }))),
    attempt('s3:PutObject', () => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))),
    attempt('s3:DeleteObject', () => client.send(new DeleteObjectCommand({ Bucket, Key }))),
    attempt('s3:ListBucket', () => client.send(new ListObjectsV2Command({ Bucket }))),
  ];
}

function otherAttempts(config: Config, taskToken: string, arnOf: (type: string) => string): readonly Attempt[] {
  const [workflow, lambda] = [new SFNClient(config), new LambdaClient(config)];
  const [secrets, topics, athena] = [new SecretsManagerClient(config), new SNSClient(config), new AthenaClient(config)];
  const stateMachineArn = arnOf('AWS::StepFunctions::StateMachine');
  const SecretId = arnOf('AWS::SecretsManager::Secret');
  const TopicArn = arnOf('AWS::SNS::Topic');
  const query = { QueryString: 'SELECT 1', WorkGroup: 'countersign-audit' };
  const answer = { taskToken, output: '{}' };
  return [
    attempt('states:StartExecution', () => workflow.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }))),
    attempt('states:SendTaskSuccess', () => workflow.send(new SendTaskSuccessCommand(answer))),
    attempt('secretsmanager:GetSecretValue', () => secrets.send(new GetSecretValueCommand({ SecretId }))),
    attempt('sns:Publish', () => topics.send(new PublishCommand({ TopicArn, Message: 'all is well' }))),
    attempt('athena:StartQueryExecution', () => athena.send(new StartQueryExecutionCommand(query))),
    ...['load-registry', 'operate-controls', 'approval-seal', 'submit-action'].map((name) =>
      attempt(
        'lambda:InvokeFunction',
        () => lambda.send(new InvokeCommand({ FunctionName: `countersign-${name}`, Payload: '{}' })),
        name,
      ),
    ),
  ];
}

function attempt(action: string, make: () => Promise<unknown>, detail?: string): Attempt {
  return { what: detail === undefined ? action : `${action} (${detail})`, action, make };
}
