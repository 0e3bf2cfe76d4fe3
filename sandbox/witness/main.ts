import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import { parseVerifierKey, SIGNATURE_ED25519 } from '../../core/ledger/log/note.ts';
import { ensureFolder, readJsonIfPresent, writeDurable } from '../front/durable-file.ts';
import { listenOn } from '../services/api-gateway/ports.ts';
import { openViews } from './view-store.ts';
import { Witness } from './witness.ts';
import { openWitnessKey } from './witness-key.ts';
import { witnessServer } from './witness-server.ts';

/**
 * A witness as a process of its own:
 * `node sandbox/witness/main.ts --state DIR --name NAME --log VKEY … [--port PORT] [--follow]`.
 *
 * It listens on loopback, at its former port when none is named, and prints one line of JSON when it is ready:
 * {name, url, vkey}. With `--follow` it ends when its standard input does, and a line `now <epoch ms>` there sets its
 * clock; the line is printed once it has.
 */

const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    name: { type: 'string' },
    log: { type: 'string', multiple: true, default: [] },
    port: { type: 'string' },
    follow: { type: 'boolean', default: false },
  },
});
const { state, name, port } = values;
if (state === undefined || name === undefined) throw new Error('expected --state and --name');

let offsetMs = 0;
if (values.follow) {
  const lines = createInterface(process.stdin);
  lines.on('line', (line) => {
    const [, nowMs] = /^now (\d{1,15})$/.exec(line) ?? [];
    if (nowMs === undefined) return;
    offsetMs = Number(nowMs) - Date.now();
    console.log(line);
  });
  lines.on('close', () => process.exit(0));
}

ensureFolder(state);
const key = openWitnessKey(join(state, 'key.pem'), name);
const witness = new Witness({
  key,
  logs: values.log.map(logKey),
  views: openViews(join(state, 'views')),
  clock: { nowMs: () => Date.now() + offsetMs },
});
const server = witnessServer(witness, (error) => console.error(error));
const portPath = join(state, 'port.json');
const former = readJsonIfPresent(portPath);
const wanted = port === undefined ? { number: typeof former === 'number' ? former : 0, mustBeFree: false } : undefined;
const listening = await listenOn(wanted ?? { number: Number(port), mustBeFree: true }, async (number) => {
  server.listen(number, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
});
writeDurable(portPath, JSON.stringify(listening));
console.log(JSON.stringify({ name, url: `http://127.0.0.1:${listening}`, vkey: key.vkey }));

function logKey(text: string): VerifierKey {
  const parsed = parseVerifierKey(text);
  if (!parsed.ok || parsed.value.type !== SIGNATURE_ED25519)
    throw new Error(`expected the Ed25519 key of a log, got \`${text}\``);
  return parsed.value;
}
