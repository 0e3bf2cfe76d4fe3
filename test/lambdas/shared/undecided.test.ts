import { beforeAll, describe, expect, it, vi } from 'vitest';
import { StorageFault } from '../../../core/state/entities.ts';
import { testBundle } from '../../support/gate.ts';

vi.mock('../../../lambdas/shared/bundle.ts', () => ({ policyBundles: () => ({ guess: () => testBundle }) }));

let undecided: typeof import('../../../lambdas/shared/undecided.ts');

beforeAll(async () => {
  undecided = await import('../../../lambdas/shared/undecided.ts');
});

describe('orUndecided', () => {
  it('quotes the approved text when storage fails', async () => {
    const failing = undecided.orUndecided('payment.send', async () => {
      throw new StorageFault('gone');
    });
    await expect(failing).rejects.toMatchObject({
      status: 503,
      code: 'storage_fault',
      message: testBundle.builtin['storage-fault'].text,
      extra: { rules: [testBundle.builtin['storage-fault']] },
    });
  });

  it('lets values and other errors through', async () => {
    expect(await undecided.orUndecided('payment.send', async () => 7)).toBe(7);
    const other = undecided.orUndecided('payment.send', async () => {
      throw new TypeError('a bug');
    });
    await expect(other).rejects.toThrow(TypeError);
  });

  it('quotes the approved text for contention', () => {
    expect(undecided.undecided('contention', 'payment.send').message).toBe(testBundle.builtin.contention.text);
  });
});
