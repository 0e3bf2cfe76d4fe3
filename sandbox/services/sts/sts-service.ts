import { randomUUID } from 'node:crypto';
import { type AwsCall, AwsError, type AwsReply, type AwsService, type SandboxContext } from '../../contract.ts';
import { escapeXml, queryReply } from '../../front/protocol.ts';

/**
 * STS. Kept: GetCallerIdentity, which needs no permission, and AssumeRole by the role's trust policy. Not kept: session
 * policies and tags, external ids other than as a condition key, federation, regional differences, the one-hour limit
 * on chained roles.
 */

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

function getCallerIdentity(call: AwsCall, roleId: string | undefined): AwsReply {
  const session = call.caller.arn.slice(call.caller.arn.lastIndexOf('/') + 1);
  const userId = roleId === undefined ? call.caller.accountId : `${roleId}:${session}`;
  const xml = `<Arn>${escapeXml(call.caller.arn)}</Arn><UserId>${escapeXml(userId)}</UserId><Account>${call.caller.accountId}</Account>`;
  return queryReply('GetCallerIdentity', namespace, xml, randomUUID());
}

function checkedSession(form: URLSearchParams): { readonly name: string; readonly ttlSeconds: number } {
  const name = form.get('RoleSessionName') ?? '';
  const ttlSeconds = Number(form.get('DurationSeconds') ?? '3600');
  if (!/^[\w+=,.@-]{2,64}$/.test(name) || !(ttlSeconds >= 900 && ttlSeconds <= 43_200)) {
    throw new AwsError(
      'ValidationError',
      400,
      '1 validation error detected: roleSessionName or durationSeconds is not valid',
    );
  }
  return { name, ttlSeconds };
}

/** Opens the service for the roles of the templates. */
export function openSts(context: SandboxContext): AwsService {
  const { assembly, authorizer, vault } = context;
  const roles = assembly.byType('AWS::IAM::Role');

  const assumeRole = (call: AwsCall, form: URLSearchParams): AwsReply => {
    const roleArn = form.get('RoleArn') ?? '';
    const { name, ttlSeconds } = checkedSession(form);
    const externalId = form.get('ExternalId');
    authorizer.authorize(call.caller, 'sts:AssumeRole', roleArn, {
      'sts:RoleSessionName': name,
      ...(externalId !== null && { 'sts:ExternalId': externalId }),
    });
    const issued = vault.issue(roleArn, name, ttlSeconds);
    const role = roles.find((entry) => entry.arn === roleArn);
    const roleId = String(role?.attributes['RoleId']);
    const credentials = [
      `<AccessKeyId>${issued.accessKeyId}</AccessKeyId>`,
      `<SecretAccessKey>${escapeXml(issued.secretAccessKey)}</SecretAccessKey>`,
      `<SessionToken>${escapeXml(issued.sessionToken)}</SessionToken>`,
      `<Expiration>${new Date(issued.expiresAtMs).toISOString()}</Expiration>`,
    ].join('');
    const user = `<Arn>${escapeXml(issued.caller.arn)}</Arn><AssumedRoleId>${escapeXml(`${roleId}:${name}`)}</AssumedRoleId>`;
    const xml = `<Credentials>${credentials}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`;
    return queryReply('AssumeRole', namespace, xml, randomUUID());
  };

  return {
    service: 'sts',
    handle: async (call) => {
      if (call.operation === 'GetCallerIdentity') {
        const role = roles.find((entry) => entry.arn === call.caller.roleArn);
        return getCallerIdentity(call, role === undefined ? undefined : String(role.attributes['RoleId']));
      }
      if (call.operation === 'AssumeRole') {
        return assumeRole(call, new URLSearchParams(Buffer.from(call.body).toString('utf8')));
      }
      throw new AwsError('InvalidAction', 400, `Could not find operation ${call.operation} for version 2011-06-15`);
    },
  };
}
