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
  if (!hasSandbox(io)) {
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

/**
 * The archive a command is about: the one place it names, or the running sandbox's own.
 *
 * @throws {CommandError} bad input with `usage` when it names several, or none and no sandbox runs here
 */
export function archivePlace(io: CommandIo, places: readonly string[], usage: string): string {
  const [place, ...others] = places;
  const bucket = hasSandbox(io) ? findDeployment(io).sandbox?.names.archiveBucket : undefined;
  const found = place ?? (bucket === undefined ? undefined : `s3://${bucket}`);
  if (found === undefined || others.length > 0) throw new CommandError(EXIT.badInput, usage);
  return found;
}

function hasSandbox(io: CommandIo): boolean {
  return io.env['COUNTERSIGN_API_URL'] === undefined && existsSync(sandboxFilePath(stateDirOf(io)));
}
