import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings on a construct and everything below it, each with the reason that makes it right here.
 *
 * @param reasons reason by rule id, for example `AwsSolutions-SQS3`
 */
export function acknowledge(construct: IConstruct, reasons: { readonly [ruleId: string]: string }): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** Accepts wildcards in exactly the given resources of policies below a construct. */
export function acknowledgeWildcards(construct: IConstruct, resources: readonly string[], reason: string): void {
  const stack = Stack.of(construct);
  for (const resource of resources) {
    acknowledge(construct, { [`AwsSolutions-IAM5[Resource::${flatten(stack.resolve(resource))}]`]: reason });
  }
}

/** A resolved ARN as findings write it: references in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw new Error(`expected an ARN, got \`${JSON.stringify(value)}\``);
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (name === 'Ref') return `<${flatten(argument)}>`;
  if (!Array.isArray(argument)) return flatten(argument);
  if (name === 'Fn::GetAtt') return `<${argument.join('.')}>`;
  return argument[1].map(flatten).join(argument[0]);
}
