import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openClock, type SandboxClock } from './clock.ts';
import type { Assembly, AwsService, CredentialVault, RoleCredentials, SandboxContext } from './contract.ts';
import { createFront, type Front } from './front/front.ts';
import { signedRequest } from './front/signed-request.ts';
import { verifySigV4 } from './front/verify-sigv4.ts';
import { createAuthorizer } from './iam/authorizer.ts';
import type { Outside, SandboxSite } from './outside.ts';
import { Gateway } from './services/api-gateway/gateway.ts';
import { GatewayServer } from './services/api-gateway/gateway-server.ts';
import { IdTokenVerifier } from './services/api-gateway/id-token.ts';
import { chosenPorts, listenOn, rememberPorts } from './services/api-gateway/ports.ts';
import { mapPublicUrls } from './services/api-gateway/public-urls.ts';
import { createAthenaService } from './services/athena/athena-service.ts';
import { openTrails } from './services/cloudtrail/trail.ts';
import { CognitoIssuer } from './services/cognito/cognito-issuer.ts';
import { type DynamoDbService, openDynamoDb } from './services/dynamodb/dynamodb-service.ts';
import { Schedules } from './services/events/schedules.ts';
import { openKms } from './services/kms/kms-service.ts';
import { readEventSource } from './services/lambda/event-source-config.ts';
import { EventSourceMapping } from './services/lambda/event-source-mapping.ts';
import { LambdaService } from './services/lambda/lambda-service.ts';
import { streamReader } from './services/lambda/stream-source.ts';
import { asRecord } from './services/lambda/template-values.ts';
import type { PoolLimits } from './services/lambda/worker-pool.ts';
import { openS3, type S3Service } from './services/s3/s3-service.ts';
import { openSecretsManager } from './services/secrets-manager/secrets-manager-service.ts';
import { type OutboxMessage, openSns, readOutbox } from './services/sns/sns-service.ts';
import { StatesService } from './services/states/states-service.ts';
import { openSts } from './services/sts/sts-service.ts';
import { loadAssembly } from './template/load-assembly.ts';
import { openVault } from './vault.ts';

/**
 * Runs what `cdk synth` wrote, on loopback: the templates decide what exists and who may do what, and every piece says
 * in its own file which AWS behaviours it keeps. Kept here: the order in which CloudFormation would have everything
 * ready, addresses that stay the same over restarts, public addresses in functions' environments led to loopback. Not
 * kept: TLS, more than one region or account, more than one API or user pool.
 */

/** How a sandbox is started. */
export interface SandboxOptions {
  /** What `cdk synth` wrote. */
  readonly cdkOutDir: string;
  /** Everything that survives a restart; created where absent. */
  readonly stateDir: string;
  /** Port of the API; the former one, or else a free one, where absent. */
  readonly apiPort?: number;
  /** Port of the AWS endpoint; as `apiPort`. */
  readonly endpointPort?: number;
  /** A clock of the caller's; otherwise the machine's plus an offset that `advance` adds to and that is kept. */
  readonly clock?: SandboxClock;
  readonly accountId?: string;
  readonly region?: string;
  /** Threads per function and invocations per thread, beside the default of {@link LambdaService}. */
  readonly lambdaLimits?: (functionName: string) => Partial<PoolLimits>;
  /**
   * Starts what the product reaches outside AWS, before any function runs, and says by which values of their variables
   * functions find it.
   */
  readonly outside?: (site: SandboxSite) => Promise<Outside>;
  /** Called with faults of the sandbox itself; the default prints a warning. */
  readonly onFault?: (error: unknown) => void;
}

/** A running sandbox. */
export interface Sandbox {
  /** Base URL of the API, stage included. */
  readonly apiUrl: string;
  readonly endpointUrl: string;
  /** Base of the sign-in pages. */
  readonly signInUrl: string;
  /** Value of the ID tokens' `iss`. */
  readonly issuerUrl: string;
  readonly region: string;
  readonly assembly: Assembly;
  readonly clock: SandboxClock;
  readonly lambda: LambdaService;
  readonly states: StatesService;
  readonly cognito: CognitoIssuer;
  readonly s3: S3Service;
  readonly kms: AwsService;
  readonly dynamodb: DynamoDbService;
  /** Credentials of a role of the templates, by name; `root` is the account itself. @throws {Error} for any other */
  credentialsFor(roleName: string, ttlSeconds?: number): RoleCredentials;
  /** What was published to topics. */
  outbox(): readonly OutboxMessage[];
  /** Resolves when nothing runs and every stream is read to its end; what waits for time or people still waits. */
  drain(): Promise<void>;
  /** Stops; `startSandbox` on the same folder goes on from there. */
  close(): Promise<void>;
}

const DEFAULT_ACCOUNT = '111122223333';
const DEFAULT_REGION = 'eu-west-1';

/** The services both halves of the sandbox share, already behind the front. */
interface Foundation {
  readonly context: SandboxContext;
  readonly clock: SandboxClock;
  readonly front: Front;
  readonly dynamodb: DynamoDbService;
  readonly s3: S3Service;
  readonly kms: AwsService;
}

/**
 * Starts everything the templates declare, on loopback.
 *
 * @throws {Error} naming the resource, for anything the sandbox does not run; nothing keeps running then
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const undo: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of undo.splice(0).reverse()) await stop();
  };
  try {
    return await compose(options, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

type Undo = (() => Promise<void> | void)[];

async function compose(options: SandboxOptions, undo: Undo, close: () => Promise<void>): Promise<Sandbox> {
  const foundation = await openFoundation(options, undo);
  const { context, clock, front, dynamodb } = foundation;
  const ports = chosenPorts(context.stateDir, options);
  await listenOn(ports.endpoint, (port) => front.listen(port));
  let map = (text: string): string => text;
  const outside = await options.outside?.(siteOf(foundation));
  if (outside !== undefined) undo.push(() => outside.close());
  const lambda = new LambdaService(within(context, 'lambda'), {
    mapEnvironmentValue: (value) => map(value),
    variables: () => outside?.variables ?? {},
    limitsFor: options.lambdaLimits ?? ((name) => (isBehindApi(context.assembly, name) ? { workers: 2 } : {})),
  });
  undo.push(() => lambda.close());
  front.register(lambda);
  const cognito = await CognitoIssuer.open(within(context, 'cognito'), (url) => map(url));
  if (cognito === undefined) throw new Error('expected a user pool in the templates');
  await listenOn(ports.signIn, (port) => cognito.listen(port));
  undo.push(() => cognito.close());
  const gateway = openGateway(context, lambda, cognito);
  const opened = Promise.withResolvers<void>();
  // Executions that go on at start need the API's address; requests wait until the rest is there.
  const server = new GatewayServer({
    handle: async (request) => {
      await opened.promise;
      return gateway.handle(request);
    },
    flush: () => gateway.flush(),
  });
  const apiUrl = await listenOn(ports.api, (port) => server.listen(port));
  undo.push(() => server.close());
  map = mapPublicUrls(context.assembly, { api: apiUrl, signIn: cognito.baseUrl, issuer: cognito.issuerUrl });
  await rememberPorts(context.stateDir, { api: apiUrl, endpoint: front.endpointUrl(), signIn: cognito.baseUrl });
  const states = await StatesService.open(within(context, 'states'), lambda);
  undo.push(() => states.close());
  front.register(states);
  const mappings = startMappings(context, lambda, dynamodb, undo);
  const schedules = new Schedules(context, lambda);
  schedules.start();
  undo.push(() => schedules.close());
  opened.resolve();
  return {
    apiUrl: `${apiUrl}/${gateway.identity.stage}`,
    endpointUrl: front.endpointUrl(),
    signInUrl: cognito.baseUrl,
    issuerUrl: cognito.issuerUrl,
    region: context.assembly.region,
    assembly: context.assembly,
    clock,
    lambda,
    states,
    cognito,
    s3: foundation.s3,
    kms: foundation.kms,
    dynamodb,
    credentialsFor: (roleName, ttlSeconds) => credentialsFor(context.assembly, context.vault, roleName, ttlSeconds),
    outbox: () => readOutbox(context.stateDir),
    drain: () => drain(lambda, states, mappings),
    close,
  };
}

function siteOf({ context, clock, front }: Foundation): SandboxSite {
  const { assembly, vault, stateDir } = context;
  const credentials = (roleName: string) => credentialsFor(assembly, vault, roleName, undefined);
  return { assembly, clock, stateDir, endpointUrl: front.endpointUrl(), credentialsFor: credentials };
}

async function openFoundation(options: SandboxOptions, undo: Undo): Promise<Foundation> {
  const accountId = options.accountId ?? DEFAULT_ACCOUNT;
  const assembly = loadAssembly(options.cdkOutDir, { accountId, region: options.region ?? DEFAULT_REGION });
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const clock = options.clock ?? openClock(options.stateDir);
  if (options.clock === undefined) undo.push(() => clock.close());
  const roleArns = new Set(assembly.byType('AWS::IAM::Role').map((role) => role.arn));
  const vault = openVault({ stateDir: options.stateDir, clock, accountId, roleExists: (arn) => roleArns.has(arn) });
  const onFault = options.onFault ?? warn;
  const front = createFront({ vault, clock, region: assembly.region, onFault });
  const context: SandboxContext = {
    assembly,
    authorizer: createAuthorizer(assembly, clock),
    vault,
    clock,
    stateDir: options.stateDir,
    endpointUrl: () => front.endpointUrl(),
    call: (caller, call) => front.call(caller, call),
  };
  undo.push(() => front.close());
  const dynamodb = await openDynamoDb(context, { onFault });
  front.register(dynamodb);
  const s3 = openS3(context);
  const trails = openTrails(context);
  const kms = openKms(context, (record) => trails.deliver(record));
  const athena = await createAthenaService(context, (bucket, prefix) =>
    s3.listCurrent(bucket, prefix).map(({ key, path }) => ({ key, file: path })),
  );
  for (const service of [s3, kms, athena, openSecretsManager(context), openSns(context), openSts(context)]) {
    front.register(service);
  }
  return { context, clock, front, dynamodb, s3, kms };
}

function openGateway(context: SandboxContext, lambda: LambdaService, cognito: CognitoIssuer): Gateway {
  const clientIds = cognito.pool.clients.map((client) => client.id);
  return new Gateway(within(context, 'api'), {
    lambda,
    verifySignature: (request) =>
      verifySigV4(signedRequest(request), context.vault, context.clock.nowMs(), {
        service: 'execute-api',
        region: context.assembly.region,
      }),
    idTokens: new IdTokenVerifier({ issuerUrl: cognito.issuerUrl, clientIds }, context.clock),
  });
}

function startMappings(
  context: SandboxContext,
  lambda: LambdaService,
  dynamodb: DynamoDbService,
  undo: Undo,
): readonly EventSourceMapping[] {
  return context.assembly.byType('AWS::Lambda::EventSourceMapping').map((resource) => {
    const config = readEventSource(resource);
    const mapping = new EventSourceMapping(config, within(context, 'lambda'), lambda, streamReader(dynamodb));
    mapping.start();
    undo.push(() => mapping.close());
    return mapping;
  });
}

async function drain(
  lambda: LambdaService,
  states: StatesService,
  mappings: readonly EventSourceMapping[],
): Promise<void> {
  do {
    await lambda.idle();
    await states.idle();
    for (const mapping of mappings) await mapping.drain();
  } while (!lambda.isIdle || states.isBusy);
}

function credentialsFor(
  assembly: Assembly,
  vault: CredentialVault,
  roleName: string,
  ttlSeconds: number | undefined,
): RoleCredentials {
  if (roleName === 'root') return vault.issue(`arn:aws:iam::${assembly.accountId}:root`, 'sandbox', ttlSeconds);
  const role = assembly.byType('AWS::IAM::Role').find((entry) => entry.ref === roleName);
  if (role === undefined) throw new Error(`expected a role of the templates, got \`${roleName}\``);
  return vault.issue(role.arn, 'sandbox', ttlSeconds);
}

/** A second thread helps a function that many requests may wait for; others rarely need one. */
function isBehindApi(assembly: Assembly, functionName: string): boolean {
  return assembly.byType('AWS::ApiGateway::Method').some((method) => {
    const { Uri } = asRecord(method.properties['Integration'], method.logicalId);
    return typeof Uri === 'string' && Uri.endsWith(`:function:${functionName}/invocations`);
  });
}

/** The same context over a folder of its own. */
function within(context: SandboxContext, name: string): SandboxContext {
  const stateDir = join(context.stateDir, name);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  return { ...context, stateDir };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
