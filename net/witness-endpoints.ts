import type { VerifierKey } from '../core/ledger/log/note.ts';
import type { WitnessPolicy } from '../core/ledger/log/witness-policy.ts';
import { quorumMet } from '../core/ledger/log/witness-policy.ts';
import type { Result } from '../core/result.ts';
import { ok, refused } from '../core/result.ts';

/** Where a witness is asked, and the key it answers with. */
export interface WitnessEndpoint {
  readonly key: VerifierKey;
  /** Submission prefix: `/add-checkpoint` is appended. */
  readonly url: string;
}

/** Why a policy's witnesses cannot be asked. */
export interface EndpointProblem {
  readonly code: 'witness_urls_invalid';
  readonly detail: string;
}

/**
 * Where the witnesses of a policy are asked.
 *
 * @param urls one for each of the policy's witnesses, in its order; when empty, those of the policy's own lines, where a
 * witness without one is not asked
 * @returns a refusal when a URL cannot be used, or when too few can be asked to ever meet the quorum
 */
export function witnessEndpoints(
  policy: WitnessPolicy,
  urls: readonly string[],
): Result<readonly WitnessEndpoint[], EndpointProblem> {
  const { witnesses } = policy;
  if (urls.length > 0 && urls.length !== witnesses.length)
    return invalid(`expected a URL for each of ${witnesses.length} witnesses, got ${urls.length}`);
  const endpoints: WitnessEndpoint[] = [];
  for (const [index, { key, url: ownUrl }] of witnesses.entries()) {
    const text = urls[index] ?? ownUrl;
    if (text === undefined) continue;
    const url = submissionPrefix(text);
    if (url === undefined) return invalid(`expected an http or https URL without a query, got \`${text}\``);
    endpoints.push({ key, url });
  }
  const keys = endpoints.map(({ key }) => key);
  return quorumMet(policy, keys)
    ? ok(endpoints)
    : invalid(`expected URLs of as many witnesses as the quorum needs, got ${endpoints.length}`);
}

/** The prefix that paths of a witness are appended to; undefined when a URL cannot be one. */
export function submissionPrefix(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  if (/[?#]/.test(text) || url.username !== '' || url.password !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}

function invalid(detail: string) {
  return refused<EndpointProblem>({ code: 'witness_urls_invalid', detail });
}
