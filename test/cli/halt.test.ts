import { describe, expect, it } from 'vitest';
import { haltCommand } from '../../cli/halt.ts';
import { controlIo } from './control-io.ts';

const ARGV = ['111122223333:countersign-agent-teller', '--reason', 'runs in circles'];

describe('halt', () => {
  it('halts the agent as the signed-in person', async () => {
    const { io, out, sent } = controlIo(200, { changed: true, version: 1 });
    expect(await haltCommand(ARGV, io)).toBe(0);
    expect(sent).toEqual([
      {
        url: 'https://gate.example/v1/agents/111122223333%3Acountersign-agent-teller/halt',
        method: 'POST',
        authorization: 'token',
        body: { reason: 'runs in circles' },
      },
    ]);
    expect(out).toEqual(['halted 111122223333:countersign-agent-teller\n']);
  });

  it('says so when the agent was halted already', async () => {
    const { io, out } = controlIo(200, { changed: false, version: 1 });
    expect(await haltCommand(ARGV, io)).toBe(0);
    expect(out[0]).toContain('already');
  });

  it('writes the reply as one line of json when asked', async () => {
    const { io, out } = controlIo(200, { changed: true, version: 1 });
    await haltCommand([...ARGV, '--json'], io);
    expect(out).toEqual(['{"changed":true,"version":1}\n']);
  });

  it.each([
    [403, 2],
    [401, 2],
    [404, 3],
    [503, 1],
  ])('ends on status %d with exit code %d and names the problem', async (status, exitCode) => {
    const { io, out } = controlIo(status, { code: 'some_code', detail: 'some detail' });
    expect(await haltCommand(ARGV, io)).toBe(exitCode);
    expect(out).toEqual(['some_code: some detail\n']);
  });

  it.each([[[]], [['agent']], [['--reason', 'r']], [['a', 'b', '--reason', 'r']], [['a', '--reason', 'r', '--force']]])(
    'is bad input when called with %j',
    async (argv) => {
      await expect(haltCommand(argv, controlIo(200, {}).io)).rejects.toMatchObject({ exitCode: 3 });
    },
  );

  it('is bad input without an id token', async () => {
    const { io, sent } = controlIo(200, {}, { COUNTERSIGN_ID_TOKEN: '' });
    await expect(haltCommand(ARGV, io)).rejects.toMatchObject({ exitCode: 3 });
    expect(sent).toEqual([]);
  });
});
