import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCommand } from '../../cli/load.ts';
import { controlIo } from './control-io.ts';

const lambda = mockClient(LambdaClient);
const folder = mkdtempSync(join(tmpdir(), 'countersign-load-'));
const file = join(folder, 'registry.json');
writeFileSync(file, '{"agents":[]}');
writeFileSync(join(folder, 'broken.json'), '{"agents":');

const ENV = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };
const LOADED = { digest: 'd', agents: 2, units: 1, facts: 3, changed: 4 };

function replies(body: object, functionError?: string) {
  const payload = new TextEncoder().encode(JSON.stringify(body));
  lambda.on(InvokeCommand).resolves({
    // The SDK adds string transforms to the bytes it returns; the command uses the bytes alone.
    Payload: Object.assign(payload, { transformToString: () => '' }),
    ...(functionError !== undefined && { FunctionError: functionError }),
  });
}

beforeEach(() => {
  lambda.reset();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('load', () => {
  it('invokes the loader with the file and says what changed', async () => {
    replies(LOADED);
    const { io, out } = controlIo(200, {}, ENV);
    expect(await loadCommand([file], io)).toBe(0);
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input.FunctionName).toBe('countersign-load-registry');
    expect(new TextDecoder().decode(call?.args[0].input.Payload as Uint8Array)).toBe('{"agents":[]}');
    expect(out).toEqual(['declared 2 agents, 1 units and 3 facts; 4 changed\n']);
  });

  it('writes the reply as json and invokes another function when asked', async () => {
    replies(LOADED);
    const { io, out } = controlIo(200, {}, ENV);
    await loadCommand([file, '--json', '--function', 'other'], io);
    expect(JSON.parse(out.join(''))).toEqual(LOADED);
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input.FunctionName).toBe('other');
  });

  it('is bad input when the loader locates faults', async () => {
    replies({ errorType: 'InvalidInput', errorMessage: 'agents.0.caps: expected a cap' }, 'Unhandled');
    await expect(loadCommand([file], controlIo(200, {}, ENV).io)).rejects.toMatchObject({
      exitCode: 3,
      message: 'agents.0.caps: expected a cap',
    });
  });

  it('fails when the loader fails', async () => {
    replies({ errorType: 'StorageFault', errorMessage: 'the transaction could not be completed' }, 'Unhandled');
    await expect(loadCommand([file], controlIo(200, {}, ENV).io)).rejects.toMatchObject({ exitCode: 1 });
  });

  it('is denied when the caller may not invoke the loader', async () => {
    lambda.on(InvokeCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await expect(loadCommand([file], controlIo(200, {}, ENV).io)).rejects.toMatchObject({ exitCode: 2 });
  });

  it.each([[[]], [['a', 'b']], [['--wrong']], [[join(folder, 'missing.json')]], [[join(folder, 'broken.json')]]])(
    'is bad input when called with %j',
    async (argv) => {
      await expect(loadCommand(argv, controlIo(200, {}, ENV).io)).rejects.toMatchObject({ exitCode: 3 });
      expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
    },
  );

  it('is bad input without credentials', async () => {
    await expect(loadCommand([file], controlIo(200, {}).io)).rejects.toMatchObject({ exitCode: 3 });
  });
});
