import { sign } from 'node:crypto';
import { checkpointFormat } from '../../core/ledger/log/checkpoint-format.ts';
import { formatVerifierKey, openNote, parseVerifierKey, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import { sequenceLog } from '../../core/ledger/log/sequence.ts';
import { tiledTree } from '../../core/ledger/log/tree-format.ts';
import { parseWitnessPolicy } from '../../core/ledger/log/witness-policy.ts';
import { httpWitnesses } from '../../net/witness-client.ts';
import { witnessEndpoints } from '../../net/witness-endpoints.ts';
import { LogWorld } from '../core/ledger/log/log-world.ts';
import { plainChain, rowsOf } from '../core/ledger/sample-log.ts';
import { ed25519Pair } from '../support/ed25519-pair.ts';

/**
 * Has somebody else's witness cosign what this project's sequencer publishes, and refuse what it must refuse. Run by
 * hand: `node test/net/interop.ts` prints the log's key, which the witness has to be given; then
 * `node test/net/interop.ts <witness key> <url>`. The witness must not have seen the log before.
 */

const ONE_BATCH = { maxRowsPerBatch: 1_000, maxBatches: 1 };
const ORIGIN = 'interop.countersign.example/log';
const pair = ed25519Pair('interop');
const checkpoints = checkpointFormat(ORIGIN, [pair.publicKey]);
const signers = [{ publicKey: pair.publicKey, sign: (bytes: Uint8Array) => sign(null, bytes, pair.privateKey) }];
const logKey = formatVerifierKey(ORIGIN, SIGNATURE_ED25519, pair.publicKey);

async function run(witnessKey: string, url: string): Promise<void> {
  const policy = parseWitnessPolicy(`log ${logKey}\nwitness w ${witnessKey} ${url}\nquorum w\n`);
  if (!policy.ok) throw new Error(policy.problem.detail);
  const endpoints = witnessEndpoints(policy.value, []);
  const key = parseVerifierKey(witnessKey);
  if (!endpoints.ok || !key.ok) throw new Error('expected a witness that can be asked');
  const client = (seen: string[]) =>
    httpWitnesses({
      policy: policy.value,
      endpoints: endpoints.value,
      clock: { nowMs: () => Date.now() },
      onProblem: ({ code, detail }) => seen.push(`${code} (${detail})`),
    });
  const attempt = async (what: string, log: LogWorld, chain: string, rows: number, forgetful = false) => {
    log.ledger.rows.push(...rowsOf(plainChain(chain, rows)));
    const problems: string[] = [];
    const witnesses = client(problems);
    const cosign: typeof witnesses.cosign = (size, proof, note) => witnesses.cosign(forgetful ? 0 : size, proof, note);
    const ports = { ...log.ports(() => undefined), witnesses: { cosign } };
    const result = await sequenceLog(ports, { delivered: [], chains: [chain] }, ONE_BATCH).catch(() => undefined);
    const note = new TextDecoder().decode(log.objects.get('checkpoint'));
    const opened = openNote(note, [key.value]);
    const size = result?.ok ? result.value.size : undefined;
    const cosigned = opened.ok && opened.value.text.split('\n')[1] === String(size);
    console.log(
      `${what}: ${cosigned ? `size ${size} cosigned and published` : `not published: ${problems.join('; ')}`}`,
    );
    return note;
  };
  const log = () => new LogWorld({ tree: tiledTree, checkpoints, signers });
  const honest = log();
  await attempt('a log it sees for the first time', honest, 'control', 130);
  await attempt('the log grown', honest, 'agent/a', 170);
  const note = await attempt('the log grown, asked from size 0', honest, 'agent/b', 7, true);
  const other = log();
  await attempt('a fork that is smaller', other, 'agent/c', 100);
  await attempt('a fork of the same size', log(), 'agent/d', 307);
  await attempt('a fork that is larger', log(), 'agent/e', 400);
  console.log(note);
}

const [witnessKey, url] = process.argv.slice(2);
if (witnessKey === undefined || url === undefined) console.log(logKey);
else await run(witnessKey, url);
