import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ActivationFixture } from '../../support/activation.ts';
import { givenPublished, givenRedeemed } from '../../support/activation.ts';
import { AGENT_ID, apiEvent } from '../../support/api-event.ts';
import { releaseOf } from '../../support/bundles.ts';

const wired = vi.hoisted((): { gate: unknown } => ({ gate: undefined }));
// The fixture stands in for what the environment would be wired to.
const current = () => wired.gate as ActivationFixture;
vi.mock('../../../lambdas/shared/wiring.ts', () => ({ coreDeps: () => wired.gate, dynamoDb: {} }));
vi.mock('../../../lambdas/shared/bundle.ts', () => ({
  policyBundles: () => current().bundles,
  publishedBundles: async () => current().published,
}));
vi.mock('../../../aws/agent-directory.ts', () => ({
  DynamoDbAgentDirectory: class {
    readonly agentIds = async () => [AGENT_ID];
  },
}));
vi.stubEnv('REGISTRY_TABLE_NAME', 'registry');
const { handler } = await import('../../../lambdas/activate-bundle/handler.ts');

const SECOND = releaseOf(2);
const OLD = releaseOf(1, { 'CS-CLOSE-T3-001': 'Two people.' });

let gate: ActivationFixture;
beforeEach(() => {
  gate = givenPublished(SECOND, OLD);
  wired.gate = gate;
});

async function post(body: object) {
  const context: Partial<Context> = { getRemainingTimeInMillis: () => 30_000 };
  // middy reads nothing else of the context here.
  const reply = await handler(apiEvent({ path: '/policy/activations', body }), context as Context);
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

async function redeemed(release: typeof SECOND): Promise<object> {
  const { actionId, bundle } = await givenRedeemed(gate, release);
  return { actionId, bundleHash: bundle.hash, sequence: bundle.sequence };
}

describe('activate-bundle', () => {
  it('answers 200 with the bundle in force, also when it is repeated', async () => {
    const body = await redeemed(SECOND);
    const active = { hash: SECOND.hash, sequence: 2 };
    expect(await post(body)).toMatchObject({ status: 200, body: { changed: true, version: 1, active } });
    expect(await post(body)).toMatchObject({ status: 200, body: { changed: false, active } });
  });

  it('answers 409 to a downgrade and says what is in force', async () => {
    expect(await post(await redeemed(OLD))).toMatchObject({
      status: 409,
      body: { code: 'bundle_downgrade', active: { sequence: 1 } },
    });
  });

  it.each([
    ['an unknown action', { actionId: 'act_none' }, 404, 'action_not_found'],
    ['another bundle than was approved', { bundleHash: OLD.hash }, 409, 'not_this_activation'],
  ])('refuses %s', async (_what, changes, status, code) => {
    expect(await post({ ...(await redeemed(SECOND)), ...changes })).toMatchObject({ status, body: { code } });
  });

  it('answers 409 when the bundle is not published, or not what its name says', async () => {
    const body = await redeemed(SECOND);
    gate.published.objects.set(SECOND.hash, OLD.bytes);
    expect(await post(body)).toMatchObject({ status: 409, body: { code: 'bundle_invalid' } });
    gate.published.objects.clear();
    expect(await post(body)).toMatchObject({ status: 409, body: { code: 'bundle_not_published' } });
  });

  it('answers 503 while it is not on every head, and 200 once it is', async () => {
    const body = await redeemed(SECOND);
    gate.store.failCommits('none', ...Array.from({ length: 48 }, () => 'conflict' as const));
    expect(await post(body)).toMatchObject({ status: 503, body: { code: 'contention' } });
    gate.store.clearFaults();
    expect(await post(body)).toMatchObject({ status: 200, body: { changed: false } });
  });

  it.each([[{ bundleHash: 'short' }], [{ sequence: 0 }], [{ sequence: 1.5 }], [{ sequence: '2' }], [{ force: true }]])(
    'refuses a body with %j',
    async (changes) => {
      expect(await post({ ...(await redeemed(SECOND)), ...changes })).toMatchObject({
        status: 400,
        body: { code: 'invalid_body' },
      });
    },
  );
});
