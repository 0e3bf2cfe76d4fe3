import type { JsonObject } from '../../core/json.ts';
import { testIo } from './audit-io.ts';

const ENV = {
  COUNTERSIGN_API_URL: 'https://gate.example/v1',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 's',
};

/** A gate that answers each route with what is given, and notes what it was sent. */
export function gateIo(replies: { readonly [route: string]: readonly [number, JsonObject] }) {
  const sent: { readonly route: string; readonly body: unknown }[] = [];
  const io = testIo(ENV);
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const route = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname.replace('/v1', '')}`;
    sent.push({ route, body: init?.body === undefined ? undefined : JSON.parse(String(init.body)) });
    const [status, body] = replies[route] ?? [500, { code: 'unexpected', detail: route }];
    return Response.json(body, { status });
  };
  return { io: { ...io, fetch }, out: io.out, sent };
}

/** What a gate answers on the way to an act that people approve at once. */
export const APPROVED = {
  'POST /actions': [202, { actionId: 'act_1', status: 'pending_approval' }],
  'GET /actions/act_1': [200, { actionId: 'act_1', status: 'approved', envelopes: [] }],
  'POST /actions/act_1/redeem': [200, { actionId: 'act_1', status: 'redeemed' }],
} as const;
