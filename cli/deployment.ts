import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { AwsCredentials } from '../sdk/sign-request.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';

const Credentials = v.strictObject({
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  sessionToken: v.string(),
});

const SandboxFile = v.strictObject({
  apiUrl: v.string(),
  endpointUrl: v.string(),
  signIn: v.strictObject({ baseUrl: v.string(), clientId: v.string(), redirectUri: v.string() }),
  region: v.string(),
  pid: v.number(),
  people: v.record(v.string(), v.strictObject({ email: v.string(), password: v.string(), role: v.string() })),
  roles: v.record(v.string(), Credentials),
  /** What the templates call things. */
  names: v.strictObject({
    archiveBucket: v.string(),
    logBucket: v.string(),
    ledgerTable: v.string(),
    stateTable: v.string(),
    envelopeMacKeyId: v.string(),
    envelopeSigningKeyId: v.string(),
    logKeyId: v.string(),
    receiptKeyId: v.string(),
  }),
  /** What readers of its log trust. */
  log: v.strictObject({
    verifierKey: v.string(),
    witnessPolicy: v.string(),
    /** Of timestamps, PEM. */
    trustAnchors: v.string(),
    /** Certifies keys of receipts: raw, base64. */
    certificationKey: v.string(),
  }),
});

/** What a running sandbox tells commands in other terminals. Readable by its owner only: it holds credentials. */
export type SandboxFile = v.InferOutput<typeof SandboxFile>;

/** Where the sandbox keeps its state, relative to the working directory. */
export const DEFAULT_STATE_DIR = '.countersign';

/** A deployment that commands talk to: the sandbox of this folder, or one on AWS named by the environment. */
export interface Deployment {
  readonly apiUrl: string;
  readonly region: string;
  /** Set for a sandbox: where AWS calls go. */
  readonly endpointUrl?: string;
  readonly sandbox?: SandboxFile;
}

/** The folder of the sandbox's state. */
export function stateDirOf(io: CommandIo): string {
  return io.env['COUNTERSIGN_HOME'] ?? DEFAULT_STATE_DIR;
}

/** The file a running sandbox describes itself in. */
export function sandboxFilePath(stateDir: string): string {
  return join(stateDir, 'sandbox.json');
}

/**
 * The deployment to talk to: `COUNTERSIGN_API_URL` and `AWS_REGION` when set, else the running sandbox of this folder.
 *
 * @throws {CommandError} bad input when there is neither
 */
export function findDeployment(io: CommandIo): Deployment {
  const apiUrl = io.env['COUNTERSIGN_API_URL'];
  if (apiUrl !== undefined) {
    const region = io.env['AWS_REGION'];
    if (region === undefined) throw new CommandError(EXIT.badInput, 'expected AWS_REGION beside COUNTERSIGN_API_URL');
    return { apiUrl: apiUrl.replace(/\/$/, ''), region };
  }
  const sandbox = readSandboxFile(sandboxFilePath(stateDirOf(io)));
  return { apiUrl: sandbox.apiUrl, region: sandbox.region, endpointUrl: sandbox.endpointUrl, sandbox };
}

/**
 * Credentials of a role: the sandbox's own, or those of the environment.
 *
 * @throws {CommandError} bad input when there are none
 */
export function credentialsFor(deployment: Deployment, io: CommandIo, roleName: string | undefined): AwsCredentials {
  if (deployment.sandbox !== undefined && roleName !== undefined) {
    const credentials = deployment.sandbox.roles[roleName];
    if (credentials !== undefined) return credentials;
    const known = Object.keys(deployment.sandbox.roles).join(', ');
    throw new CommandError(EXIT.badInput, `expected one of the roles ${known}, got \`${roleName}\``);
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = io.env;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    throw new CommandError(EXIT.badInput, 'expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment');
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

function readSandboxFile(path: string): SandboxFile {
  const file = parseSandboxFile(path);
  if (file === undefined) {
    throw new CommandError(
      EXIT.badInput,
      `expected a running sandbox (\`npm start\`) or COUNTERSIGN_API_URL, got no readable \`${path}\``,
    );
  }
  if (isAlive(file.pid)) return file;
  throw new CommandError(
    EXIT.badInput,
    `expected a running sandbox (\`npm start\`), got \`${path}\` of one that ended without saying so`,
  );
}

/** The sandbox of another process that keeps its state in this folder, if one does. */
export function otherSandbox(stateDir: string): SandboxFile | undefined {
  const file = parseSandboxFile(sandboxFilePath(stateDir));
  return file !== undefined && file.pid !== process.pid && isAlive(file.pid) ? file : undefined;
}

/** A sandbox that was killed leaves its file behind. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it means that it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parseSandboxFile(path: string): SandboxFile | undefined {
  try {
    return v.parse(SandboxFile, JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
