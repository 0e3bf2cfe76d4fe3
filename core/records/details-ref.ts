import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { DetailsRef } from './keep-details.ts';

/** Where an event's details are, by its `data`; undefined when none were kept. Total. */
export function detailsRefOf(data: JsonObject): DetailsRef | undefined {
  const { details } = data;
  if (!isJsonObject(details)) return undefined;
  const { subject, month, commitment } = details;
  if (typeof subject !== 'string' || typeof month !== 'string' || typeof commitment !== 'string') return undefined;
  return { subject, month, commitment };
}
