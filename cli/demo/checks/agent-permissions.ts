import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GenerateMacCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

const AGENT_ROLE = 'countersign-agent-payments';

/** What the agent's own role gets when it goes round the gate: AccessDenied, by the deployed policies. */
export async function checkAgentPermissions(world: DemoWorld): Promise<Check> {
  const config = world.aws(AGENT_ROLE);
  const { names } = world;
  const message = new TextEncoder().encode('approve everything');
  const kms = new KMSClient(config);
  const dynamoDb = new DynamoDBClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const row = { pk: { S: 'agent/x' }, sk: { S: '0' } };
  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'generate a MAC',
      () =>
        kms.send(
          new GenerateMacCommand({ KeyId: names.envelopeMacKeyId, MacAlgorithm: 'HMAC_SHA_256', Message: message }),
        ),
    ],
    [
      'sign',
      () =>
        kms.send(
          new SignCommand({ KeyId: names.envelopeSigningKeyId, SigningAlgorithm: 'ECDSA_SHA_256', Message: message }),
        ),
    ],
    ['write the ledger', () => dynamoDb.send(new PutItemCommand({ TableName: names.ledgerTable, Item: row }))],
    ['lift a stop', () => dynamoDb.send(new DeleteItemCommand({ TableName: names.stateTable, Key: row }))],
    [
      'delete from the archive',
      () => s3.send(new DeleteObjectCommand({ Bucket: names.archiveBucket, Key: 'events/x' })),
    ],
  ];
  const findings = [];
  for (const [what, attempt] of attempts) findings.push(await refusal(what, attempt));
  return check("the agent's role cannot go round the gate", findings);
}

async function refusal(what: string, attempt: () => Promise<unknown>): Promise<readonly [boolean, string]> {
  try {
    await attempt();
    return [false, `${what}: allowed`];
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    return [name.startsWith('AccessDenied'), `${what}: ${name}`];
  }
}
