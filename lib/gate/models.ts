import { type JsonSchema, JsonSchemaType } from 'aws-cdk-lib/aws-apigateway';

const text = (maxLength: number, pattern?: string): JsonSchema => ({
  type: JsonSchemaType.STRING,
  minLength: 1,
  maxLength,
  ...(pattern !== undefined && { pattern }),
});

/** An object with exactly the named properties; what is not named is refused. */
const exactly = (properties: { [name: string]: JsonSchema }, required = Object.keys(properties)): JsonSchema => ({
  type: JsonSchemaType.OBJECT,
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

const tokenCount: JsonSchema = { type: JsonSchemaType.INTEGER, minimum: 0, maximum: 1_000_000_000 };
const reason = text(1_000);

const pseudonym = text(64, '^p[0-9]{1,9}_[0-9a-f]{32}$');
const month = text(7, '^[0-9]{4}-[0-9]{2}$');
const day = text(10, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$');
const hold = text(64, '^[a-z0-9][a-z0-9-]{0,63}$');

/** Base64url of an envelope's part: KMS takes messages of at most 4,096 bytes, which are 5,462 characters. */
const base64url = (maxLength: number): JsonSchema => text(maxLength, '^[A-Za-z0-9_-]+$');

/**
 * The shapes API Gateway refuses before a function is started. Sizes here are outer limits; the functions parse again
 * and set the exact ones.
 */
export const MODELS = {
  SubmitAction: exactly({
    type: text(100),
    params: { type: JsonSchemaType.OBJECT, maxProperties: 100 },
    resource: text(512),
    sessionId: text(128),
    idempotencyKey: text(128),
  }),
  RedeemAction: exactly({
    envelopes: {
      type: JsonSchemaType.ARRAY,
      minItems: 1,
      maxItems: 2,
      items: exactly({ payload: base64url(6_000), mac: base64url(128), signature: base64url(256) }),
    },
  }),
  ReportOutcome: exactly(
    {
      result: { type: JsonSchemaType.STRING, enum: ['succeeded', 'failed', 'not_performed'] },
      usage: exactly(
        {
          inputTokens: tokenCount,
          outputTokens: tokenCount,
          cacheReadTokens: tokenCount,
          cacheWriteTokens: tokenCount,
        },
        ['inputTokens', 'outputTokens'],
      ),
    },
    ['result'],
  ),
  Reason: exactly({ reason }),
  DecideApproval: exactly({
    decision: { type: JsonSchemaType.STRING, enum: ['approve', 'reject'] },
    reason,
    digest: text(64, '^[0-9a-f]{64}$'),
  }),
  SetRiskLevel: exactly({
    level: { type: JsonSchemaType.INTEGER, minimum: 1, maximum: 5 },
    reason,
  }),
  ActivateBundle: exactly({
    actionId: text(128),
    bundleHash: text(64, '^[0-9a-f]{64}$'),
    sequence: { type: JsonSchemaType.INTEGER, minimum: 1, maximum: 1_000_000_000 },
  }),
  EraseSubject: exactly({ actionId: text(128), subject: pseudonym, from: month, through: month }),
  SetHold: exactly({ actionId: text(128), hold, reason, chain: text(160), from: day, to: day, subject: pseudonym }, [
    'actionId',
    'hold',
    'reason',
  ]),
  RecordKeyChange: exactly({
    actionId: text(128),
    purpose: text(32, '^[a-z-]+$'),
    step: text(16, '^[a-z]+$'),
    generation: { type: JsonSchemaType.INTEGER, minimum: 1, maximum: 99 },
  }),
  ReleaseHold: exactly({ actionId: text(128), hold, reason }),
  ExtendRetention: exactly({
    actionId: text(128),
    recordClass: text(16, '^[a-z]+$'),
    days: { type: JsonSchemaType.INTEGER, minimum: 1, maximum: 36_500 },
    reason,
  }),
} as const satisfies { readonly [name: string]: JsonSchema };

/** One of {@link MODELS}. */
export type ModelName = keyof typeof MODELS;
