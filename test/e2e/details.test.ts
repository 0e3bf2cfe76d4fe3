import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson } from '../../cli/demo/run-json.ts';
import { detailsCommand } from '../../cli/details.ts';
import { newPayeePayment } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;

beforeAll(async () => {
  world = await openSandboxWorld();
});
afterAll(async () => {
  await world?.close();
});

async function details(...argv: readonly string[]) {
  const io = { stdout: () => undefined, stderr: () => undefined, env: { ...world.env }, fetch };
  return runJson(detailsCommand, argv, io);
}

describe('the details of a decision', () => {
  it('are read in the clear by the details reader alone, as the event committed to', async () => {
    const payment = newPayeePayment(world);
    const { body } = await world.agent().submit(payment);
    const { chain, seq } = Object(body['ledger']);
    expect(await details(chain, String(seq))).toMatchObject({
      exitCode: 0,
      output: { details: { resource: payment.resource, sessionId: payment.sessionId, params: payment.params } },
    });
    const asAuditor = await details(chain, String(seq), '--role', 'countersign-auditor');
    expect(asAuditor).toMatchObject({ exitCode: 2 });
    expect(await details(chain, '999')).toMatchObject({ exitCode: 3 });
    expect(await details('control', '0')).toMatchObject({ exitCode: 1 });
  });
});
