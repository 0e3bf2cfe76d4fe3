import { describe, expect, it } from 'vitest';
import { vetoCommand } from '../../cli/veto.ts';
import { controlIo } from './control-io.ts';

describe('veto', () => {
  it.each([
    ['raise', 'https://gate.example/v1/control/veto'],
    ['clear', 'https://gate.example/v1/control/veto/clear'],
  ])('%s posts the reason to %s', async (verb, url) => {
    const { io, sent } = controlIo(200, { changed: true, active: false });
    expect(await vetoCommand([verb, '--reason', 'anomaly'], io)).toBe(0);
    expect(sent).toMatchObject([{ url, method: 'POST', body: { reason: 'anomaly' } }]);
  });

  it('says when one’s own claim still stands', async () => {
    const { io, out } = controlIo(200, { changed: true, active: true });
    await vetoCommand(['clear', '--reason', 'r'], io);
    expect(out).toEqual(['claims cleared; your own still stands\n']);
  });

  it('ends with exit code 2 for who raised it', async () => {
    const { io } = controlIo(403, { code: 'same_person', detail: 'expected someone else' });
    expect(await vetoCommand(['clear', '--reason', 'r'], io)).toBe(2);
  });

  it.each([[['lift', '--reason', 'r']], [['raise']], [[]]])('is bad input when called with %j', async (argv) => {
    const { io, sent } = controlIo(200, {});
    await expect(vetoCommand(argv, io)).rejects.toMatchObject({ exitCode: 3 });
    expect(sent).toEqual([]);
  });
});
