import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import { sha256Hex } from '../ledger/hash.ts';

/** What an agent asks for. Parsed at the edge; nothing here says how the action is governed. */
export interface ActionRequest {
  /** Catalogue entry, for example `payment.send`. */
  readonly type: string;
  readonly params: JsonObject;
  /** `<kind>/<id>`, for example `account/DE89…`. */
  readonly resource: string;
  readonly sessionId: string;
  readonly idempotencyKey: string;
}

/**
 * The digest an approval is bound to: SHA-256 over RFC 8785 canonical JSON of all of agent id, action type, params,
 * resource and session, hexadecimal. Canonical JSON frames every field, so no text can shift across a boundary.
 *
 * @throws {CanonicalFormError} when params hold something JSON cannot
 */
export function actionDigest(agentId: string, action: ActionRequest): string {
  return sha256Hex(
    canonicalJson({
      agentId,
      type: action.type,
      params: action.params,
      resource: action.resource,
      sessionId: action.sessionId,
    }),
  );
}

const ID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_LENGTH = 26;

/**
 * The action's id, the same for the same agent and idempotency key, so that a repeated request finds the first one's
 * record: `act_` and 26 base-32 characters (130 bits) of a domain-separated SHA-256.
 */
export function actionIdFor(agentId: string, idempotencyKey: string): string {
  const digest = createHash('sha256')
    .update(canonicalJson(['countersign/action-id/v1', agentId, idempotencyKey]))
    .digest();
  let bits = BigInt(`0x${digest.toString('hex')}`);
  let id = '';
  for (let index = 0; index < ID_LENGTH; index += 1) {
    id += ID_ALPHABET.charAt(Number(bits & 31n));
    bits >>= 5n;
  }
  return `act_${id}`;
}
