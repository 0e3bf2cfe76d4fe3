import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionName } from '../functions/function-names.ts';
import type { ProductFunction } from '../functions/product-function.ts';
import { APPROVAL_STATE_MACHINE_NAME } from '../names.ts';

/** Properties of {@link ApprovalWorkflow}. */
export interface ApprovalWorkflowProps {
  /** The definition's file. */
  readonly definitionPath: string;
  readonly functions: { readonly [name in FunctionName]: ProductFunction };
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
}

/** One execution per approval request: open, wait for people, seal, close. */
export class ApprovalWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: ApprovalWorkflowProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      // Step Functions writes only to log groups of this name where many share one resource policy.
      logGroupName: '/aws/vendedlogs/states/countersign-approval',
      retention: props.logRetention,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const open = props.functions['approval-open'].lambda;
    const wait = props.functions['approval-await'].lambda;
    const seal = props.functions['approval-seal'].lambda;
    const close = props.functions['approval-close'].lambda;
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: APPROVAL_STATE_MACHINE_NAME,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromFile(props.definitionPath),
      definitionSubstitutions: {
        ApprovalOpenFunctionArn: open.functionArn,
        ApprovalAwaitFunctionArn: wait.functionArn,
        ApprovalSealFunctionArn: seal.functionArn,
        ApprovalCloseFunctionArn: close.functionArn,
      },
      // Execution data holds task tokens: whoever reads one could answer for a person.
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: false,
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({
        sid: 'InvokeSteps',
        actions: ['lambda:InvokeFunction'],
        resources: [open.functionArn, wait.functionArn, seal.functionArn, close.functionArn],
      }),
    );
    acknowledge(this, {
      'AwsSolutions-SF2':
        'traces are sampled; every transition is in the execution history, every decision in the ledger',
      'AwsSolutions-IAM5[Resource::*]': 'log delivery actions of Step Functions have no resource to name',
      'NIST.800.53.R5-IAMNoInlinePolicy': 'the policy belongs to exactly one state machine',
    });
  }
}

/** The workflow's ARN, known before it exists: its functions are granted on it and it invokes them. */
export function approvalWorkflowArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: APPROVAL_STATE_MACHINE_NAME,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Lets a function start approval executions. */
export function grantStartApproval(starter: ProductFunction): Grant {
  const arn = approvalWorkflowArn(starter);
  return starter.allow({
    actions: ['states:StartExecution'],
    resources: [arn],
    environment: { APPROVAL_STATE_MACHINE_ARN: arn },
  });
}

/** Lets a function answer waiting tasks of the approval workflow, and of no other. */
export function grantAnswerApproval(
  answerer: ProductFunction,
  outcomes: readonly ('Success' | 'Failure')[] = ['Success', 'Failure'],
): Grant {
  return answerer.allow({
    actions: outcomes.map((outcome) => `states:SendTask${outcome}`),
    resources: [approvalWorkflowArn(answerer)],
  });
}
