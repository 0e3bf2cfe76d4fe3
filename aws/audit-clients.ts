import { AthenaClient } from '@aws-sdk/client-athena';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { CLIENT_DEFAULTS } from './clients.ts';

/** Where an auditor's calls go, and as whom. Without credentials the SDK's default chain finds them. */
export interface AuditTarget {
  readonly region: string;
  readonly endpointUrl?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** The clients audit commands read with. */
export interface AuditClients {
  readonly athena: AthenaClient;
  readonly s3: S3Client;
  readonly dynamoDb: DynamoDBClient;
  readonly kms: KMSClient;
}

/** Makes the clients; no call is sent. */
export function auditClients(target: AuditTarget): AuditClients {
  const options = {
    ...CLIENT_DEFAULTS,
    region: target.region,
    ...(target.endpointUrl !== undefined && { endpoint: target.endpointUrl }),
    ...(target.credentials !== undefined && { credentials: target.credentials }),
  };
  return {
    athena: new AthenaClient(options),
    // One endpoint on loopback has no host name per bucket.
    s3: new S3Client({ ...options, forcePathStyle: target.endpointUrl !== undefined }),
    dynamoDb: new DynamoDBClient(options),
    kms: new KMSClient(options),
  };
}
