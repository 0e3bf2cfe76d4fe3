import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../../../core/json.ts';
import { isJsonObject } from '../../../core/json.ts';
import type { CommandIo } from '../../command.ts';
import { exportCommand } from '../../export.ts';
import { verifyCommand } from '../../verify.ts';
import type { JsonRun } from '../run-json.ts';
import { runJson } from '../run-json.ts';
import type { Check, DemoWorld } from '../world.ts';
import { check } from '../world.ts';

/** How old the newest checkpoint may be. */
const MAX_AGE_SECONDS = '600';

/** The exported log verifies with keys that did not come with it, and not any more once one bit of the copy is flipped. */
export async function checkLog(world: DemoWorld, io: CommandIo): Promise<Check> {
  const receipt = join(world.scratchDir, 'receipt.json');
  await writeFile(receipt, JSON.stringify(await someReceipt(world)));
  await world.drain();
  const folder = join(world.scratchDir, 'log');
  const exported = await runJson(exportCommand, [folder, '--receipt', receipt], io);
  const argv = [folder, ...(await pinned(world)), '--max-age-seconds', MAX_AGE_SECONDS, '--require', 'all'];
  const honest = await runJson(verifyCommand, argv, io);
  await flipBit(join(folder, 'tile/entries/000'), 3_000);
  const flipped = await runJson(verifyCommand, argv, io);
  const open = notChecked(honest);
  return check('the exported log verifies from outside, and a flipped bit is caught', [
    [exported.exitCode === 0, `${exported.output['size']} entries exported`],
    [honest.exitCode === 0 && honest.output['findingCount'] === 0, `${honest.output['findingCount']} findings`],
    [open.length === 0, open.length === 0 ? 'all 16 checks made' : `not checked: ${open.join(', ')}`],
    [flipped.exitCode === 1, `one bit flipped: ${firstFinding(flipped)}`],
  ]);
}

/** What an agent was given for a decision. */
async function someReceipt({ payments, accountId }: DemoWorld): Promise<JsonValue> {
  const { body } = await payments.submit({
    type: 'account.read-balance',
    params: {},
    resource: `account/${accountId}`,
    sessionId: 'demo-log',
    idempotencyKey: 'demo-log-1',
  });
  const receipt = body['receipt'];
  if (receipt === undefined) throw new Error(`expected a receipt, got ${JSON.stringify(body)}`);
  return receipt;
}

/** Keys, witnesses and trust anchors as the operator publishes them, beside the log and not in it. */
async function pinned({ log, scratchDir }: DemoWorld): Promise<readonly string[]> {
  const files = {
    'witness-policy': log.witnessPolicy,
    tsa: log.trustAnchors,
    'certification-key': log.certificationKey,
  };
  const flags = ['--key', log.verifierKey];
  for (const [flag, text] of Object.entries(files)) {
    const file = join(scratchDir, `published-${flag}`);
    await writeFile(file, text);
    flags.push(`--${flag}`, file);
  }
  return flags;
}

async function flipBit(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

function notChecked({ output }: JsonRun): readonly string[] {
  const checks = output['checks'];
  const entries = typeof checks === 'object' && checks !== null ? Object.entries(checks) : [['report', undefined]];
  return entries.flatMap(([name, outcome]) => (Object(outcome).status === 'passed' ? [] : [String(name)]));
}

function firstFinding({ output }: JsonRun): string {
  const findings = output['findings'];
  const first: JsonObject = Array.isArray(findings) && isJsonObject(findings[0]) ? findings[0] : {};
  return `${first['check']} ${first['code']} at entry ${first['index']}`;
}
