import { join } from 'node:path';
import { type AwsCall, AwsError, type AwsService, type Resource, type SandboxContext } from '../../contract.ts';
import { ensureFolder, readJsonIfPresent, writeDurable } from '../../front/durable-file.ts';
import { jsonInput, jsonReply } from '../../front/protocol.ts';
import { derivedUuid } from '../../template/physical-name.ts';
import { isRawObject, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import { keyArnOf } from '../dynamodb/table-definition.ts';
import { generateSecret } from './generate-secret.ts';

/**
 * Secrets Manager for secrets of the templates. Kept: reading the current value and its description, generated values
 * that survive restarts, resource policies, the need for the secret's own key. Not kept: writing, rotation, replicas,
 * earlier versions, deletion; values lie in files of the state folder.
 */

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly value: string;
  readonly createdAtMs: number;
  readonly versionId: string;
  readonly kmsKeyArn: string | undefined;
  readonly description: string;
}

function nameOf(resource: Resource): string {
  return (resource.arn.split(':secret:')[1] ?? '').slice(0, -7);
}

function openSecret(context: SandboxContext, folder: string, resource: Resource): Secret {
  const { properties } = resource;
  const path = join(folder, `${derivedUuid(resource.arn)}.json`);
  let stored = readJsonIfPresent(path);
  if (!isRawObject(stored)) {
    const fixed = properties['SecretString'];
    const value = typeof fixed === 'string' ? fixed : generateSecret(objectOrEmpty(properties['GenerateSecretString']));
    stored = { value, createdAtMs: context.clock.nowMs() };
    writeDurable(path, JSON.stringify(stored));
  }
  const kept = objectOrEmpty(stored);
  return {
    arn: resource.arn,
    name: nameOf(resource),
    value: String(kept['value']),
    createdAtMs: Number(kept['createdAtMs']),
    versionId: derivedUuid(`${resource.arn}/version`),
    kmsKeyArn: keyArnOf(context.assembly, properties['KmsKeyId']),
    description: String(properties['Description'] ?? ''),
  };
}

function getValue(secret: Secret): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: secret.versionId,
    SecretString: secret.value,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: secret.createdAtMs / 1_000,
  };
}

function describe(secret: Secret): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    ...(secret.kmsKeyArn !== undefined && { KmsKeyId: secret.kmsKeyArn }),
    CreatedDate: secret.createdAtMs / 1_000,
    VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
  };
}

function requireCurrent(secret: Secret, input: RawObject): void {
  const { VersionStage: stage = 'AWSCURRENT', VersionId: version = secret.versionId } = input;
  if (stage !== 'AWSCURRENT' || version !== secret.versionId) {
    const message = `Secrets Manager can't find the specified secret value for staging label: ${String(stage)}`;
    throw new AwsError('ResourceNotFoundException', 400, message);
  }
}

/** Opens the service with the secrets of the templates. */
export function openSecretsManager(context: SandboxContext): AwsService {
  const { assembly, authorizer } = context;
  const folder = join(context.stateDir, 'secrets-manager');
  ensureFolder(folder);
  const secrets = assembly
    .byType('AWS::SecretsManager::Secret')
    .map((resource) => openSecret(context, folder, resource));

  const authorize = (call: AwsCall, arn: string, input: RawObject): void => {
    const stage = input['VersionStage'] ?? 'AWSCURRENT';
    authorizer.authorize(call.caller, `secretsmanager:${call.operation}`, arn, {
      'secretsmanager:SecretId': arn,
      'secretsmanager:VersionStage': String(stage),
    });
  };

  const authorizeKey = (call: AwsCall, secret: Secret): void => {
    if (secret.kmsKeyArn !== undefined) {
      authorizer.authorize(call.caller, 'kms:Decrypt', secret.kmsKeyArn, {
        'kms:ViaService': `secretsmanager.${assembly.region}.amazonaws.com`,
        'kms:CallerAccount': assembly.accountId,
        'kms:EncryptionContext:SecretARN': secret.arn,
      });
    }
  };

  return {
    service: 'secretsmanager',
    handle: async (call) => {
      const input = jsonInput(call.body);
      const id = String(input['SecretId'] ?? '');
      const secret = secrets.find((entry) => entry.arn === id || entry.name === id || entry.arn.slice(0, -7) === id);
      authorize(call, secret?.arn ?? id, input);
      if (secret === undefined) {
        throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
      }
      if (call.operation === 'DescribeSecret') {
        return jsonReply('secretsmanager', describe(secret));
      }
      if (call.operation !== 'GetSecretValue') {
        throw new AwsError('InvalidRequestException', 400, `the sandbox does not emulate \`${call.operation}\``);
      }
      requireCurrent(secret, input);
      authorizeKey(call, secret);
      return jsonReply('secretsmanager', getValue(secret));
    },
  };
}
