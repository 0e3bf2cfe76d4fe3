import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from '../acknowledge.ts';
import type { ArchiveBucket } from '../archive/archive-bucket.ts';
import { POLICY_PUBLISHER_ROLE_NAME } from '../names.ts';
import { staffRole } from '../people/staff-role.ts';

/** Properties of {@link PolicyPublisherRole}. */
export interface PolicyPublisherRoleProps {
  readonly trustedPrincipals: readonly string[];
  readonly archive: ArchiveBucket;
}

/** Puts policy bundles where they can be activated from, each once. What it publishes decides nothing yet. */
export class PolicyPublisherRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PolicyPublisherRoleProps) {
    super(scope, id);
    const bundles = props.archive.bundlesArn(this);
    this.role = staffRole(this, {
      roleName: POLICY_PUBLISHER_ROLE_NAME,
      description: 'Publishes Countersign policy bundles; activates none',
      trustedPrincipals: props.trustedPrincipals,
      statements: [
        new PolicyStatement({ sid: 'PublishBundles', actions: ['s3:PutObject', 's3:GetObject'], resources: [bundles] }),
      ],
    });
    acknowledgeWildcards(this, [bundles], 'one object per policy bundle, named by its hash');
  }
}
