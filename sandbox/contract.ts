import type { Clock } from '../core/ports.ts';

/** Who makes a call, as the signature or the service principal proves it. */
export interface Caller {
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>`, `arn:aws:iam::<account>:root`, or a service name. */
  readonly arn: string;
  /** The role's own ARN where the caller is an assumed role. */
  readonly roleArn?: string;
  readonly accountId: string;
  /** Set when an AWS service calls on its own behalf, for example `apigateway.amazonaws.com`. */
  readonly servicePrincipal?: string;
  /** The resource on whose behalf a service calls. */
  readonly sourceArn?: string;
}

/** Values of condition keys known for a call, for example `dynamodb:LeadingKeys`. Lower-cased names. */
export type ConditionContext = { readonly [key: string]: string | number | boolean | readonly string[] };

/** A signed AWS API call after the front has checked its signature. */
export interface AwsCall {
  /** Signing name: `dynamodb`, `kms`, `s3`, `states`, `lambda`, `sns`, `secretsmanager`, `athena`, `sts`. */
  readonly service: string;
  /** Operation for RPC protocols, for example `PutItem`; empty for REST protocols. */
  readonly operation: string;
  readonly method: string;
  /** Decoded path, beginning with `/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: { readonly [lowerCaseName: string]: string };
  readonly body: Uint8Array;
  readonly caller: Caller;
  /** The id the reply names; absent for calls within the sandbox. */
  readonly requestId?: string;
}

/** A service's HTTP reply. */
export interface AwsReply {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: Uint8Array | string;
}

/** One emulated AWS service. */
export interface AwsService {
  readonly service: string;
  handle(call: AwsCall): Promise<AwsReply>;
  /** Releases what the service holds; its durable state stays. */
  close?(): Promise<void>;
}

/** An AWS error with its code, HTTP status and message; services throw it, the front renders it per protocol. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Members of the error's body besides the message, for example `CancellationReasons`. */
  readonly members: { readonly [name: string]: unknown };

  constructor(code: string, status: number, message: string, members: { readonly [name: string]: unknown } = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** Decides calls from the synthesized IAM, key and bucket policies. */
export interface Authorizer {
  /**
   * Returns when the call is allowed.
   *
   * @param resourcePolicy the resource's own policy document where it has one (key policy, bucket policy)
   * @throws {AwsError} `AccessDenied`/`AccessDeniedException` with AWS's wording when it is not
   */
  authorize(
    caller: Caller,
    action: string,
    resourceArn: string,
    context?: ConditionContext,
    resourcePolicy?: unknown,
  ): void;
}

/** A resource of the synthesized templates with every intrinsic resolved. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: { readonly [name: string]: unknown };
  /** What `Ref` gives. */
  readonly ref: string;
  readonly arn: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  readonly attributes: { readonly [name: string]: unknown };
}

/** The resolved assembly that `cdk synth` wrote. */
export interface Assembly {
  readonly accountId: string;
  readonly region: string;
  readonly resources: readonly Resource[];
  byType(type: string): readonly Resource[];
  /** Absolute folder of a file asset by its hash or S3 key. */
  assetPath(hashOrKey: string): string;
}

/** Time that tests can move. */
export interface MovableClock extends Clock {
  /** Moves the clock forward and runs what falls due. */
  advance(durationMs: number): void;
  /** Calls `run` once the clock has reached `atMs`; returns a function that cancels it. */
  at(atMs: number, run: () => void): () => void;
}

/** Temporary credentials the sandbox issues for a role of the templates. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
  readonly caller: Caller;
}

/** Issues and resolves credentials; secrets live only in the state folder. */
export interface CredentialVault {
  issue(roleArn: string, sessionName: string, ttlSeconds?: number): RoleCredentials;
  byAccessKeyId(accessKeyId: string): RoleCredentials | undefined;
}

/** What every service is given. */
export interface SandboxContext {
  readonly assembly: Assembly;
  readonly authorizer: Authorizer;
  readonly vault: CredentialVault;
  readonly clock: MovableClock;
  /** Folder for durable state; created by the caller. */
  readonly stateDir: string;
  /** Base URL of the AWS endpoint, known once it listens. */
  endpointUrl(): string;
  /** Calls another emulated service as `caller`, through the same authorization. */
  call(caller: Caller, call: Omit<AwsCall, 'caller'>): Promise<AwsReply>;
}
