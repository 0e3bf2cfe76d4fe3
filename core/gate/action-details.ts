import type { KeptDetails } from '../records/keep-details.ts';
import { keepDetails } from '../records/keep-details.ts';
import { subjectKeyRef } from '../records/subject-key.ts';
import type { EntityRef, StoredItem } from '../state/entities.ts';
import type { ActionRequest } from './action.ts';
import { redactParams } from './facts/redact.ts';
import type { AttemptDeps, GateDeps } from './gate-deps.ts';

/** The key that an action's details would be encrypted under, to be read with everything else. */
export function detailRefs(
  { details, pseudonyms }: Pick<GateDeps, 'details' | 'pseudonyms'>,
  resource: string,
  month: string,
): readonly EntityRef[] {
  return details === undefined ? [] : [subjectKeyRef(pseudonyms.pseudonym('resource', resource), month)];
}

/**
 * What an action was about, for its event: resource, session and parameters in the clear, encrypted under the key of
 * the resource. What the catalogue calls confidential is withheld even here.
 *
 * @param stored what was read at {@link detailRefs}
 * @returns undefined where no details are kept
 */
export function actionDetails(
  { details, pseudonyms, entropy, bundle }: Pick<AttemptDeps, 'details' | 'pseudonyms' | 'entropy' | 'bundle'>,
  { type, resource, sessionId, params }: ActionRequest,
  month: string,
  stored: StoredItem | undefined,
): KeptDetails | undefined {
  if (details === undefined) return undefined;
  const subject = pseudonyms.pseudonym('resource', resource);
  const shown = redactParams(params, bundle.catalogue.get(type)?.confidential ?? []);
  return keepDetails({ sealer: details, entropy }, { subject, month }, stored, { resource, sessionId, params: shown });
}
