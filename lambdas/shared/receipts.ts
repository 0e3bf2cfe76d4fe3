import { generateKeyPairSync, sign } from 'node:crypto';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import type { LambdaEpochCertifier } from '../../aws/epoch-certifier.ts';
import { systemClock } from '../../aws/system.ts';
import { rawEd25519PublicKey } from '../../core/ed25519.ts';
import type { ChainedEvent } from '../../core/ledger/event.ts';
import { EpochHolder } from '../../core/ledger/receipt/epoch-holder.ts';
import type { EpochKey } from '../../core/ledger/receipt/epoch-request.ts';
import { receiptJson } from '../../core/ledger/receipt/receipt.ts';
import { requiredEnv } from './environment.ts';
import { count, logger } from './telemetry.ts';

/** A certificate is worth waiting for this long, milliseconds: a decision without a receipt is still a decision. */
const CERTIFY_TIMEOUT_MS = 3_000;

let holder: EpochHolder | undefined;
let certifier: Promise<LambdaEpochCertifier> | undefined;

/** What one request recorded, and what its caller gets for it. */
export interface RequestReceipt {
  /** For the dependencies of a change: told of what is recorded. */
  readonly recorded: (event: ChainedEvent) => void;
  /**
   * Members for the reply: `receipt`, or `receiptUnavailable` with a reason; `otherwise` when nothing was recorded. A
   * missing receipt never takes a reply away: what was decided is in the ledger either way.
   */
  members(otherwise?: object): Promise<object>;
}

/** For a repeated request, whose event was recorded by an earlier one: the receipt came with that reply. */
export const RECORDED_BEFORE = { receiptUnavailable: 'recorded_before' };

/**
 * Begins a request that may record something: a key is asked for meanwhile, where there is none. Called once the request
 * was read, since asking for a key is itself recorded.
 */
export function requestReceipt(held: EpochHolder = epochHolder()): RequestReceipt {
  let event: ChainedEvent | undefined;
  held.prepare();
  return {
    recorded: (told) => {
      event = told;
    },
    members: async (otherwise = {}) => {
      if (event === undefined) return otherwise;
      const receipt = await held.receiptFor(event);
      if (receipt.ok) return { receipt: receiptJson(receipt.value) };
      count('ReceiptUnavailable');
      return { receiptUnavailable: receipt.problem.code };
    },
  };
}

/** One key per execution environment, however many requests it serves. */
function epochHolder(): EpochHolder {
  holder ??= new EpochHolder(
    {
      clock: systemClock,
      newKey: newEpochKey,
      certify: async (request) => (await connected()).certify(request),
      failed: (error) => logger.error('no certificate for a receipt key', { error }),
    },
    requiredEnv('AWS_LAMBDA_FUNCTION_NAME'),
  );
  return holder;
}

function connected(): Promise<LambdaEpochCertifier> {
  certifier ??= connect().catch((error: unknown) => {
    certifier = undefined;
    throw error;
  });
  return certifier;
}

/** Tried once: the holder tries again later, and meanwhile nobody waits. */
async function connect(): Promise<LambdaEpochCertifier> {
  const [{ LambdaClient }, { LambdaEpochCertifier: Certifier }] = await Promise.all([
    import('@aws-sdk/client-lambda'),
    import('../../aws/epoch-certifier.ts'),
  ]);
  const requestHandler = { ...CLIENT_DEFAULTS.requestHandler, requestTimeout: CERTIFY_TIMEOUT_MS };
  const client = new LambdaClient({ ...CLIENT_DEFAULTS, maxAttempts: 1, requestHandler });
  return new Certifier(client, requiredEnv('CERTIFY_EPOCH_FUNCTION_NAME'));
}

function newEpochKey(): EpochKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = rawEd25519PublicKey(publicKey.export({ format: 'der', type: 'spki' }));
  if (raw === undefined) throw new Error('expected an Ed25519 key, got another kind');
  return { publicKey: raw, sign: (message) => sign(null, message, privateKey) };
}
