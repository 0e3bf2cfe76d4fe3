import type { Caller } from '../../contract.ts';

const MAX_SESSION_NAME_LENGTH = 64;

/** The caller that an AWS service is when it has assumed `roleArn` to act for the account. */
export function roleCaller(roleArn: string, sessionName: string, accountId: string): Caller {
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const session = sessionName.slice(0, MAX_SESSION_NAME_LENGTH);
  return { arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${session}`, roleArn, accountId };
}
