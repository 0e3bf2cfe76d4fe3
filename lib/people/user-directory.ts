import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolDomain,
  UserPoolGroup,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

/** Properties of {@link UserDirectory}. */
export interface UserDirectoryProps {
  /** Prefix of the hosted sign-in page's domain. */
  readonly domainPrefix: string;
  /** @default - only the groups the rules know */
  readonly approverGroups?: readonly string[];
}

/** Groups the rules and handlers know. */
export const GROUPS = {
  approver: 'decides approval requests',
  manager: 'decides approval requests as the second, senior person',
  'risk-officer': 'halts agents, raises and clears vetoes, sets the risk level',
  auditor: 'reads requests and controls',
  'agent-owner': 'answers for agents; never decides for the own agent',
} as const;

/** The people who decide. Accounts are made by an administrator; a second factor is always asked for. */
export class UserDirectory extends Construct {
  readonly userPool: UserPool;
  readonly domain: UserPoolDomain;

  constructor(scope: Construct, id: string, props: UserDirectoryProps) {
    super(scope, id);
    this.userPool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.REQUIRED,
      // A text message can be taken over with the telephone number.
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      accountRecovery: AccountRecovery.NONE,
      // Threat protection needs this plan; below it the setting is ignored without an error.
      featurePlan: FeaturePlan.PLUS,
      standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.domain = new UserPoolDomain(this, 'Domain', {
      userPool: this.userPool,
      cognitoDomain: { domainPrefix: props.domainPrefix },
    });
    for (const [groupName, description] of Object.entries(GROUPS)) this.addGroup(groupName, description);
    for (const groupName of props.approverGroups ?? []) this.addGroup(groupName, 'approvers of one team');
  }

  private addGroup(groupName: string, description: string): void {
    new UserPoolGroup(this, `Group-${groupName}`, { userPool: this.userPool, groupName, description });
  }
}
