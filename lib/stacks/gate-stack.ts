import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { retentionDays } from '../../core/records/record-classes.ts';
import { ApprovalTopic } from '../approvals/approval-topic.ts';
import { ApprovalWorkflow, grantAnswerApproval, grantStartApproval } from '../approvals/approval-workflow.ts';
import { SweepSchedule } from '../approvals/sweep-schedule.ts';
import { ArchiveFeed } from '../archive/archive-feed.ts';
import { type DeploymentConfig, ENVELOPE_TTL_SECONDS } from '../config/schema.ts';
import type { FunctionCode } from '../functions/bundle-functions.ts';
import { logRetention } from '../functions/log-retention.ts';
import { AgentRoles } from '../gate/agent-roles.ts';
import { GateApi } from '../gate/gate-api.ts';
import { type GateFunctions, gateFunctions } from '../gate/gate-functions.ts';
import { grantStores } from '../gate/gate-grants.ts';
import { WebAcl } from '../gate/web-acl.ts';
import { tellKeys, wireKeyRecord } from '../keys/key-record.ts';
import { SequencerFeed } from '../log/sequencer-feed.ts';
import { sequencerVariables } from '../log/sequencer-variables.ts';
import { GateAlarms } from '../monitoring/gate-alarms.ts';
import { SignInClient } from '../people/sign-in-client.ts';
import { PolicyPublisherRole } from '../policy/publisher-role.ts';
import { wireReceipts } from '../receipts/epoch-certification.ts';
import { Reconciler } from '../reconciliation/reconciler.ts';
import { HoldKeeper } from '../records/hold-keeper.ts';
import { RegistryOperatorRole } from '../registry/operator-role.ts';
import type { DataStack } from './data-stack.ts';
import type { KeysStack } from './keys-stack.ts';

/** Properties of {@link GateStack}. */
export interface GateStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly code: FunctionCode;
  readonly keys: KeysStack;
  readonly data: DataStack;
  /** The repository's root, holding `statemachines/`. */
  readonly rootDir: string;
}

/** Everything that executes. It holds no records and can be replaced. */
export class GateStack extends Stack {
  private readonly functions: GateFunctions;
  private readonly api: GateApi;
  private readonly stackProps: GateStackProps;
  private readonly logs;

  constructor(scope: Construct, id: string, props: GateStackProps) {
    super(scope, id, props);
    this.stackProps = props;
    this.logs = {
      logKey: props.keys.operations.key,
      logRetention: logRetention(retentionDays(props.config.retention).logs),
    };
    this.functions = gateFunctions(this, { code: props.code, ...this.logs });
    this.api = new GateApi(this, 'Gate', { config: props.config, userPool: props.data.people.userPool, ...this.logs });
    grantStores(this.functions, { ...props.data, pseudonyms: props.keys.pseudonyms });
    const workflow = this.addApprovals();
    this.addEntrances();
    this.addPolicyReleases();
    this.addLog();
    this.addHolds();
    this.addReconciliation();
    this.addAlarms(workflow, this.addArchiving());
    this.addOutputs();
  }

  private addApprovals(): ApprovalWorkflow {
    const { functions, stackProps } = this;
    const { config, keys } = stackProps;
    const issuers = Object.fromEntries(config.credentialIssuers.map(({ name, publicKey }) => [name, publicKey]));
    for (const name of ['submit-action', 'redeem-action'] as const) {
      functions[name].lambda.addEnvironment('CREDENTIAL_ISSUERS', JSON.stringify(issuers));
      functions[name].lambda.addEnvironment('APPROVAL_TIMEOUT_SECONDS', String(config.approvalTimeoutSeconds));
      functions[name].lambda.addEnvironment('RESERVATION_TTL_SECONDS', String(config.reservationTtlSeconds));
    }
    const open = functions['approval-open'];
    open.lambda.addEnvironment('APPROVAL_TIMEOUT_SECONDS', String(config.approvalTimeoutSeconds));
    open.lambda.addEnvironment('CONSOLE_BASE_URL', this.api.baseUrl);
    functions['approval-seal'].lambda.addEnvironment('ENVELOPE_TTL_SECONDS', String(ENVELOPE_TTL_SECONDS));

    const kept = retentionDays(config.retention);
    functions['erase-subject'].lambda.addEnvironment('DETAILS_MINIMUM_DAYS', String(kept.details));
    functions['govern-holds'].lambda.addEnvironment('RETENTION_DAYS', JSON.stringify(kept));
    keys.details.grantSeal(functions['submit-action']);
    wireKeyRecord(functions['record-key-change'], keys);
    keys.envelopes.grantSeal(functions['approval-seal']);
    keys.envelopes.grantVerifyMac(functions['redeem-action']);
    const approvals = new ApprovalTopic(this, 'Approvals', { encryptionKey: keys.operations.key });
    approvals.grantNotify(open);
    new CfnOutput(this, 'NextSubscribeApprovers', {
      description: 'Then tell approvers of waiting requests, by e-mail or a chat webhook',
      value: `aws sns subscribe --topic-arn ${approvals.topic.topicArn} --protocol email --notification-endpoint <e-mail>`,
    });
    const workflow = new ApprovalWorkflow(this, 'Workflow', {
      definitionPath: join(stackProps.rootDir, 'statemachines/approval.asl.json'),
      functions,
      ...this.logs,
    });
    grantStartApproval(functions['submit-action']);
    grantStartApproval(functions.sweep);
    grantAnswerApproval(functions['cancel-action'], ['Failure']);
    for (const name of ['decide-approval', 'approval-await', 'sweep'] as const) grantAnswerApproval(functions[name]);
    const closer = functions['approval-close'].lambda;
    functions.sweep.allow({
      actions: ['lambda:InvokeFunction'],
      resources: [closer.functionArn],
      environment: { APPROVAL_CLOSE_FUNCTION_NAME: closer.functionName },
    });
    new SweepSchedule(this, 'Sweep', { sweep: functions.sweep });
    return workflow;
  }

  private addEntrances(): void {
    const { config, data } = this.stackProps;
    const page = this.functions['approval-page'];
    page.lambda.addEnvironment('CONSOLE_BASE_URL', this.api.baseUrl);
    new SignInClient(this, 'SignIn', { directory: data.people, baseUrl: this.api.baseUrl }).wire(page);
    this.api.addRoutes(this.functions);
    if (config.api.endpoint === 'regional') new WebAcl(this, 'WebAcl', { api: this.api.api, ...this.logs });
    new AgentRoles(this, 'Agents', { agents: config.agents, routeArns: this.api.agentRouteArns() });
    new RegistryOperatorRole(this, 'RegistryOperator', {
      trustedPrincipals: config.registryOperators,
      loader: this.functions['load-registry'],
    });
  }

  private addPolicyReleases(): void {
    const { config, data } = this.stackProps;
    for (const name of ['submit-action', 'redeem-action', 'list-tools', 'activate-bundle'] as const) {
      data.archive.grantReadBundles(this.functions[name]);
    }
    if (config.policyPublishers === undefined) return;
    const publisher = new PolicyPublisherRole(this, 'PolicyPublisher', {
      trustedPrincipals: config.policyPublishers,
      archive: data.archive,
    });
    new CfnOutput(this, 'PolicyPublisherRoleArn', {
      description: 'The policy pipeline assumes this role to publish bundles; it activates none',
      value: publisher.role.roleArn,
    });
  }

  private addArchiving(): ArchiveFeed {
    const { data, keys } = this.stackProps;
    const archiver = this.functions['archive-ledger'];
    data.archive.grantArchive(archiver);
    return new ArchiveFeed(this, 'ArchiveFeed', {
      ledger: data.ledger,
      archiver,
      encryptionKey: keys.operations.key,
    });
  }

  private addLog(): void {
    const { config, data, keys } = this.stackProps;
    const sequencer = this.functions['sequence-ledger'];
    data.log.grantSequence(sequencer);
    data.log.grantProve(this.functions['prove-event']);
    keys.log.grantSign(sequencer);
    for (const [name, value] of Object.entries(sequencerVariables(config)))
      sequencer.lambda.addEnvironment(name, value);
    new SequencerFeed(this, 'SequencerFeed', { ledger: data.ledger, sequencer });
    wireReceipts(this.functions, keys.receipts, config);
  }

  private addHolds(): void {
    const { archive, log } = this.stackProps.data;
    new HoldKeeper(this, 'Holds', { keeper: this.functions['apply-holds'], archive, log });
  }

  private addReconciliation(): void {
    const { config, data, keys } = this.stackProps;
    tellKeys(this.functions['reconcile-ledger'], keys);
    new Reconciler(this, 'Reconciliation', {
      reconciler: this.functions['reconcile-ledger'],
      archive: data.archive,
      envelopes: keys.envelopes,
      key: keys.reconciliation,
      trail: data.trail,
      delaySeconds: config.reconciliation.delaySeconds,
      mergeDelaySeconds: config.log.mergeDelaySeconds,
    });
  }

  private addAlarms(workflow: ApprovalWorkflow, feed: ArchiveFeed): void {
    new GateAlarms(this, 'Alarms', {
      api: this.api.api,
      workflow: workflow.stateMachine,
      sweep: this.functions.sweep,
      archiver: this.functions['archive-ledger'],
      sequencer: this.functions['sequence-ledger'],
      mergeDelaySeconds: this.stackProps.config.log.mergeDelaySeconds,
      reconciler: this.functions['reconcile-ledger'],
      holdKeeper: this.functions['apply-holds'],
      archiveFailures: feed.failures,
      encryptionKey: this.stackProps.keys.operations.key,
      email: this.stackProps.config.alarmEmail,
    });
  }

  private addOutputs(): void {
    const { userPool } = this.stackProps.data.people;
    const loader = this.functions['load-registry'].lambda.functionName;
    new CfnOutput(this, 'ApiUrl', { description: 'Agents sign requests to this URL', value: this.api.baseUrl });
    new CfnOutput(this, 'NextCreateFirstPerson', {
      description: 'Next, create each person, then add them to a group with admin-add-user-to-group',
      value: `aws cognito-idp admin-create-user --user-pool-id ${userPool.userPoolId} --username <e-mail>`,
    });
    new CfnOutput(this, 'NextLoadRegistry', {
      description: 'Then, as the registry operator role, declare agents, units and facts',
      value: `aws lambda invoke --function-name ${loader} --cli-binary-format raw-in-base64-out --payload file://registry.json reply.json`,
    });
  }
}
