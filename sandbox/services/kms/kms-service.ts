import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type AwsCall, AwsError, type AwsService, type ConditionContext, type SandboxContext } from '../../contract.ts';
import { openDurableLog, readDurableLog } from '../../front/durable-log.ts';
import { jsonInput, jsonReply } from '../../front/protocol.ts';
import { isRawObject, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';
import { decrypt, encrypt, generateDataKey, keyIdOfCiphertext } from './encryption.ts';
import { type KmsKey, openKeyStore } from './key-store.ts';
import {
  algorithmsOf,
  generateMac,
  getPublicKey,
  signMessage,
  verifyMac,
  verifySignature,
} from './mac-and-signature.ts';

/**
 * AWS KMS on the machine's cryptography. Kept: HMAC, P-256 and P-384, Ed25519, ML-DSA-44, RSA-3072 and symmetric keys, aliases,
 * key usage, message limits, key policies on every call, a log of every call as CloudTrail would have it. Not kept:
 * signing of digests, the pre-hashed Ed25519 form, grants, rotation, import, changes to keys by API, quotas; key
 * material lies in files of the state folder, so it is protected as well as that folder and no better.
 */

/** One entry of the call log. */
export interface KmsCallRecord {
  /** ISO 8601, UTC, by the sandbox's clock. */
  readonly eventTime: string;
  readonly eventName: string;
  readonly userArn: string;
  /** The role's own ARN where the caller is an assumed role. */
  readonly roleArn?: string;
  readonly requestId: string;
  /** Empty where the key does not exist. */
  readonly keyArn: string;
  readonly requestParameters: { readonly [name: string]: unknown };
  /** Absent when the call succeeded. */
  readonly errorCode?: string;
}

type Operation = (key: KmsKey, input: RawObject) => object;

function describeKey(accountId: string): Operation {
  return (key) => ({
    KeyMetadata: {
      AWSAccountId: accountId,
      KeyId: key.keyId,
      Arn: key.arn,
      CreationDate: key.createdAtMs / 1_000,
      Enabled: key.enabled,
      Description: key.description,
      KeyUsage: key.usage,
      KeyState: key.enabled ? 'Enabled' : 'Disabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec: key.spec,
      CustomerMasterKeySpec: key.spec,
      MultiRegion: false,
      ...algorithmsOf(key),
    },
  });
}

function conditionContext(accountId: string, input: RawObject): ConditionContext {
  const context: { [key: string]: string | readonly string[] } = { 'kms:CallerAccount': accountId };
  for (const name of ['MacAlgorithm', 'SigningAlgorithm', 'MessageType', 'EncryptionAlgorithm']) {
    const value = input[name];
    if (typeof value === 'string') {
      context[`kms:${name}`] = value;
    }
  }
  const encryption = Object.entries(objectOrEmpty(input['EncryptionContext']));
  for (const [name, value] of encryption) {
    context[`kms:EncryptionContext:${name}`] = String(value);
  }
  context['kms:EncryptionContextKeys'] = encryption.map(([name]) => name);
  return context;
}

function loggedParameters(input: RawObject): RawObject {
  const secret = new Set(['Message', 'Plaintext', 'Mac', 'Signature', 'CiphertextBlob']);
  return Object.fromEntries(Object.entries(input).filter(([name]) => !secret.has(name)));
}

function logPath(stateDir: string): string {
  return join(stateDir, 'kms', 'calls.jsonl');
}

/** Every KMS call the sandbox under `stateDir` has answered, refused ones included, oldest first. */
export function readKmsCallLog(stateDir: string): readonly KmsCallRecord[] {
  return readDurableLog(logPath(stateDir)).filter(
    (entry): entry is KmsCallRecord => isRawObject(entry) && 'eventName' in entry,
  );
}

/**
 * Opens the service with the keys of the templates.
 *
 * @param onCall told of every call before it is answered
 */
export function openKms(
  context: SandboxContext,
  onCall: (record: KmsCallRecord) => Promise<void> = async () => undefined,
): AwsService {
  const { assembly, authorizer, clock, stateDir } = context;
  const keys = openKeyStore(join(stateDir, 'kms', 'keys'), assembly, clock.nowMs());
  const log = openDurableLog(logPath(stateDir));
  const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
    ['GenerateMac', generateMac],
    ['VerifyMac', verifyMac],
    ['Sign', signMessage],
    ['Verify', verifySignature],
    ['GetPublicKey', getPublicKey],
    ['DescribeKey', describeKey(assembly.accountId)],
    ['Encrypt', encrypt],
    ['Decrypt', decrypt],
    ['GenerateDataKey', generateDataKey],
  ]);

  const keyOf = (operation: string, input: RawObject): KmsKey =>
    keys.find(operation === 'Decrypt' && input['KeyId'] === undefined ? keyIdOfCiphertext(input) : input['KeyId']);

  const run = (call: AwsCall, input: RawObject, key: KmsKey): object => {
    const action = `kms:${call.operation}`;
    authorizer.authorize(call.caller, action, key.arn, conditionContext(assembly.accountId, input));
    const operation = operations.get(call.operation);
    if (operation === undefined) {
      throw new AwsError('UnsupportedOperationException', 400, `the sandbox does not emulate \`${call.operation}\``);
    }
    const result = operation(key, input);
    if (input['DryRun'] === true) {
      throw new AwsError('DryRunOperationException', 400, 'The request would have succeeded, but DryRun was set.');
    }
    return result;
  };

  return {
    service: 'kms',
    handle: async (call) => {
      const input = jsonInput(call.body);
      let keyArn = '';
      let errorCode: string | undefined;
      try {
        const key = keyOf(call.operation, input);
        keyArn = key.arn;
        return jsonReply('kms', run(call, input, key));
      } catch (error) {
        errorCode = error instanceof AwsError ? error.code : 'KMSInternalException';
        throw error;
      } finally {
        const record: KmsCallRecord = {
          eventTime: new Date(clock.nowMs()).toISOString(),
          eventName: call.operation,
          userArn: call.caller.arn,
          ...(call.caller.roleArn !== undefined && { roleArn: call.caller.roleArn }),
          requestId: call.requestId ?? randomUUID(),
          keyArn,
          requestParameters: loggedParameters(input),
          ...(errorCode !== undefined && { errorCode }),
        };
        await log.append(record);
        await onCall(record);
      }
    },
    close: async () => log.close(),
  };
}
