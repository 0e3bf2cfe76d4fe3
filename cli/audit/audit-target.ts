import { existsSync } from 'node:fs';
import type { AuditTarget } from '../../aws/audit-clients.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT } from '../command.ts';
import { credentialsFor, findDeployment, sandboxFilePath, stateDirOf } from '../deployment.ts';

/** Names the templates give what auditors use. */
export const AUDITOR_ROLE = 'countersign-auditor';
export const AUDIT_WORKGROUP = 'countersign-audit';
export const AUDIT_DATABASE = 'countersign';

/**
 * Where audit commands read: the running sandbox of this folder in the auditor's role, or AWS in `AWS_REGION` with the
 * environment's own credentials when there is none or `COUNTERSIGN_API_URL` names a deployment.
 *
 * @param roleName another role of the sandbox's to read as
 * @throws {CommandError} bad input when there is neither
 */
export function auditTarget(io: CommandIo, roleName: string = AUDITOR_ROLE): AuditTarget {
  const region = io.env['AWS_REGION'];
  const isSandbox = io.env['COUNTERSIGN_API_URL'] === undefined && existsSync(sandboxFilePath(stateDirOf(io)));
  if (!isSandbox) {
    if (region === undefined)
      throw new CommandError(EXIT.badInput, 'expected a running sandbox (`npm start`) or AWS_REGION, got neither');
    return { region };
  }
  const deployment = findDeployment(io);
  return {
    region: deployment.region,
    ...(deployment.endpointUrl !== undefined && { endpointUrl: deployment.endpointUrl }),
    credentials: credentialsFor(deployment, io, roleName),
  };
}
