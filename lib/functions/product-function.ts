import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { functionRoleName, METRICS_NAMESPACE, SERVICE_NAME } from '../names.ts';
import type { FunctionCode } from './bundle-functions.ts';
import { BUNDLE_READERS, type FunctionName } from './function-names.ts';

/** Properties of {@link ProductFunction}. */
export interface ProductFunctionProps {
  readonly name: FunctionName;
  readonly code: FunctionCode;
  readonly description: string;
  /** Encrypts the log group. */
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
  /** @default Duration.seconds(15) */
  readonly timeout?: Duration;
  /** @default - no reservation: the account's pool is shared */
  readonly reservedConcurrentExecutions?: number;
}

/** A function and its own role: the role may write its log group and nothing else until something is granted. */
export class ProductFunction extends Construct implements IGrantable {
  readonly functionName: FunctionName;
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: ProductFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.role = new Role(this, 'Role', {
      roleName: functionRoleName(props.name),
      description: `Executes ${props.name}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'WriteOwnLogs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: functionRoleName(props.name),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code.codeFor(props.name),
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      timeout: props.timeout ?? Duration.seconds(15),
      // A quarter of a virtual CPU: the gate's work is waiting for DynamoDB, and hashing a few kilobytes.
      memorySize: 512,
      environment: {
        POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        ...(BUNDLE_READERS.has(props.name) && { POLICY_BUNDLE_HASH: props.code.policyBundleHash }),
      },
      ...(props.reservedConcurrentExecutions !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      }),
    });
    this.functionName = props.name;
    this.grantPrincipal = this.role;
    acknowledgeFunction(this, props.reservedConcurrentExecutions === undefined);
  }

  /** Allows actions on resources and sets the environment variables that go with them. */
  allow(statement: FunctionGrant): Grant {
    for (const [name, value] of Object.entries(statement.environment ?? {})) this.lambda.addEnvironment(name, value);
    return Grant.addToPrincipal({
      grantee: this,
      actions: [...statement.actions],
      resourceArns: [...statement.resources],
      ...(statement.conditions !== undefined && { conditions: statement.conditions }),
    });
  }
}

/** What {@link ProductFunction.allow} adds. */
export interface FunctionGrant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** @default - unconditional */
  readonly conditions?: { readonly [operator: string]: { readonly [key: string]: unknown } };
  /** @default - no variables */
  readonly environment?: { readonly [name: string]: string };
}

function acknowledgeFunction(construct: ProductFunction, isUnlimited: boolean): void {
  acknowledge(construct, {
    'NIST.800.53.R5-LambdaInsideVPC':
      'reaches only AWS endpoints with signed requests and listens on nothing; a VPC would add routes, not remove any',
    'NIST.800.53.R5-LambdaDLQ':
      'invoked synchronously, or by a source with its own retries and failure queue; no asynchronous event can be lost',
    'NIST.800.53.R5-IAMNoInlinePolicy':
      'the policy belongs to exactly one role and is reviewed with it; a managed policy could be attached elsewhere',
  });
  if (!isUnlimited) return;
  acknowledge(construct, {
    'NIST.800.53.R5-LambdaConcurrency':
      'API throttling bounds the gate; a per-function limit would let one caller starve approvals and stops',
  });
}
