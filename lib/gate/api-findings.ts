import type { Method } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Accepts what holds for the whole API. */
export function acknowledgeApi(api: Construct): void {
  acknowledge(api, {
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
      'API Gateway documents this policy for the account-wide logging role; the role can do nothing else',
    'NIST.800.53.R5-APIGWCacheEnabledAndEncrypted':
      'nothing may be cached: an answer holds for one request and one moment',
    'NIST.800.53.R5-APIGWSSLEnabled':
      'there is no HTTP backend that could check a client certificate; the backends are functions',
  });
}

/** Accepts that a private API has no web ACL. */
export function acknowledgePrivateApi(api: Construct): void {
  const reason = 'only the VPC endpoints named in the resource policy reach the API; its network is filtered there';
  acknowledge(api, { 'AwsSolutions-APIG3': reason, 'NIST.800.53.R5-APIGWAssociatedWithWAF': reason });
}

/** Accepts that an agent's route has another authorizer than people's. */
export function acknowledgeAgentRoute(route: Method): void {
  acknowledge(route, { 'AwsSolutions-COG4': 'agents sign with IAM, which names the role that acts' });
}

/** Accepts that a page has no authorizer. */
export function acknowledgePage(page: Method): void {
  const reason =
    'a page shows no data and has no effect until its visitor has signed in; link scanners fetch it without credentials';
  acknowledge(page, { 'AwsSolutions-APIG4': reason, 'AwsSolutions-COG4': reason });
}
