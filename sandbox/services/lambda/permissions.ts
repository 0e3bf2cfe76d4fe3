import type { Assembly } from '../../contract.ts';
import { asText, optionalText } from './template-values.ts';

interface Permission {
  readonly functionName: string;
  readonly principal: string;
  readonly action: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** Decides whether an AWS service may invoke a function, from the templates' `AWS::Lambda::Permission` resources. */
export class LambdaPermissions {
  readonly #permissions: readonly Permission[];
  readonly #accountId: string;

  constructor(assembly: Assembly) {
    this.#accountId = assembly.accountId;
    this.#permissions = assembly.byType('AWS::Lambda::Permission').map((resource) => {
      const where = `${resource.stack}/${resource.logicalId}`;
      const sourceArn = optionalText(resource.properties['SourceArn'], `${where} SourceArn`);
      const sourceAccount = optionalText(resource.properties['SourceAccount'], `${where} SourceAccount`);
      return {
        functionName: asText(resource.properties['FunctionName'], `${where} FunctionName`),
        principal: asText(resource.properties['Principal'], `${where} Principal`),
        action: asText(resource.properties['Action'], `${where} Action`),
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
      };
    });
  }

  /**
   * True when a permission names the function, the service and a pattern that matches the source.
   *
   * @param principal for example `apigateway.amazonaws.com`
   * @param sourceArn the method, rule or schedule on whose behalf the service calls
   */
  allows(functionArn: string, principal: string, sourceArn: string): boolean {
    const functionName = functionArn.slice(functionArn.lastIndexOf(':') + 1);
    return this.#permissions.some(
      (permission) =>
        (permission.functionName === functionArn || permission.functionName === functionName) &&
        permission.principal === principal &&
        (permission.action === 'lambda:InvokeFunction' || permission.action === 'lambda:*') &&
        (permission.sourceArn === undefined || arnLike(permission.sourceArn, sourceArn)) &&
        (permission.sourceAccount === undefined || permission.sourceAccount === this.#accountId),
    );
  }
}

/** IAM's `ArnLike`: each of the six colon-separated parts may hold `*` and `?`. */
export function arnLike(pattern: string, arn: string): boolean {
  const patternParts = sixParts(pattern);
  const arnParts = sixParts(arn);
  return patternParts.every((part, index) => wildcard(part).test(arnParts[index] ?? ''));
}

function sixParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's');
}
