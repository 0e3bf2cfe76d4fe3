import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chosenPorts, listenOn, rememberPorts } from '../../../sandbox/services/api-gateway/ports.ts';
import { temporaryFolder } from '../lambda/fixtures.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const taken = Object.assign(new Error('taken'), { code: 'EADDRINUSE' });
const listener = (free: (port: number) => boolean) => async (port: number) => {
  if (!free(port)) throw taken;
  return port;
};

describe('ports', () => {
  it('are free ones at first, and the former ones after a restart', async () => {
    expect(chosenPorts(folder.path, {}).api).toEqual({ number: 0, mustBeFree: false });
    await rememberPorts(folder.path, { api: 'http://127.0.0.1:4001', endpoint: 'http://127.0.0.1:4002' });
    expect(chosenPorts(folder.path, { endpointPort: 9 })).toEqual({
      api: { number: 4001, mustBeFree: false },
      endpoint: { number: 9, mustBeFree: true },
      signIn: { number: 0, mustBeFree: false },
    });
  });

  it('give way to a free one when a former port is taken', async () => {
    const only0 = listener((port) => port === 0);
    expect(await listenOn({ number: 4001, mustBeFree: false }, only0)).toBe(0);
    expect(
      await listenOn(
        { number: 4001, mustBeFree: false },
        listener(() => true),
      ),
    ).toBe(4001);
  });

  it('fail when a chosen port is taken, and for any other fault', async () => {
    await expect(
      listenOn(
        { number: 4001, mustBeFree: true },
        listener(() => false),
      ),
    ).rejects.toBe(taken);
    const denied = async (): Promise<number> => {
      throw new Error('denied');
    };
    await expect(listenOn({ number: 4001, mustBeFree: false }, denied)).rejects.toThrow('denied');
  });
});
