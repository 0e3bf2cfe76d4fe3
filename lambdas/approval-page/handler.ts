import * as v from 'valibot';
import { linkMacMatches } from '../../core/approval/link.ts';
import { decodeRequest } from '../../core/approval/request.ts';
import { IdSchema } from '../shared/body.ts';
import { requiredEnv } from '../shared/environment.ts';
import { apiHandler } from '../shared/stack.ts';
import { coreDeps } from '../shared/wiring.ts';
import { assetReply, notFoundReply, type PageSettings, pageReply } from './page.ts';

const settings: PageSettings = {
  baseUrl: requiredEnv('CONSOLE_BASE_URL'),
  signInUrl: requiredEnv('SIGN_IN_BASE_URL'),
  clientId: requiredEnv('SIGN_IN_CLIENT_ID'),
};

/** Serves the approval page, its files and the sign-in's return page. It changes nothing. */
export const handler = apiHandler(async ({ pathParameters, queryStringParameters }) => {
  const file = pathParameters?.['file'];
  if (file !== undefined) return assetReply(file) ?? notFoundReply(settings);
  const id = pathParameters?.['id'];
  if (id === undefined) return pageReply(settings);
  return (await isGenuineLink(id, queryStringParameters?.['mac'] ?? ''))
    ? pageReply(settings, id)
    : notFoundReply(settings);
});

async function isGenuineLink(actionId: string, mac: string): Promise<boolean> {
  if (!v.is(IdSchema, actionId)) return false;
  const [request] = await coreDeps().store.read([{ entity: 'approvalRequest', actionId }]);
  return request !== undefined && linkMacMatches(decodeRequest(request).linkKey, actionId, mac);
}
