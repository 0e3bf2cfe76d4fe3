import type { Context } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { encodeStopAll } from '../../../core/risk/stops.ts';
import type { ActivationFixture } from '../../support/activation.ts';
import { givenPublished } from '../../support/activation.ts';
import { apiEvent } from '../../support/api-event.ts';
import { changedRelease } from '../../support/bundles.ts';

const wired = vi.hoisted((): { gate: unknown } => ({ gate: undefined }));
vi.mock('../../../lambdas/shared/wiring.ts', () => ({ coreDeps: () => wired.gate }));
// The fixture stands in for what the environment would be wired to.
vi.mock('../../../lambdas/shared/bundle.ts', () => ({
  policyBundles: () => (wired.gate as ActivationFixture).bundles,
}));
const { handler } = await import('../../../lambdas/list-tools/handler.ts');

const RENAMED = changedRelease(2, (bundle) => ({
  ...bundle,
  catalogue: JSON.parse(JSON.stringify(bundle.catalogue).replace('Put a policy bundle into force', 'Change the rules')),
}));

async function titles(): Promise<readonly string[] | number> {
  const context: Partial<Context> = { getRemainingTimeInMillis: () => 30_000 };
  // middy reads nothing else of the context here.
  const reply = await handler(apiEvent({ method: 'GET', path: '/tools' }), context as Context);
  return reply.statusCode === 200
    ? JSON.parse(reply.body).tools.map(({ title }: { title: string }) => title)
    : reply.statusCode;
}

it('lists the tools of the bundle in force, and none when that cannot be had', async () => {
  const gate = givenPublished(RENAMED);
  wired.gate = gate;
  expect(await titles()).toContain('Put a policy bundle into force');
  const put = (hash: string) =>
    gate.store.set(
      { entity: 'stopAll' },
      encodeStopAll({ version: 1, veto: null, riskLevel: 1, activeBundle: { hash, sequence: 2 } }),
    );
  put(RENAMED.hash);
  expect(await titles()).toContain('Change the rules');
  put('ab'.repeat(32));
  expect(await titles()).toBe(503);
});
