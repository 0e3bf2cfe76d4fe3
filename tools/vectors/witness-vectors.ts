import type { JsonObject } from '../../core/json.ts';
import { leavesOf } from './merkle-vectors.ts';
import { proofOf, rootOf } from './reference-tree.ts';
import { testSigner } from './test-signer.ts';
import { base64, flipped, hex, looseBase64 } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

const log = testSigner('log.example/ledger');
const stranger = testSigner('stranger.example/log');
const LEAVES = leavesOf(11);
const OTHER_LEAVES = leavesOf(11, 'other');

const bodyOf = (size: number, leaves = LEAVES, origin = log.name) =>
  `${origin}\n${size}\n${base64(rootOf(leaves.slice(0, size)))}\n`;
const noteOf = (body: string, ...lines: readonly string[]) =>
  `${body}\n${(lines.length === 0 ? [log.line(body)] : lines).join('')}`;
const proofLines = (from: number, to: number, leaves = LEAVES) =>
  proofOf(from, leaves.slice(0, to)).map((hash) => `${base64(hash)}\n`);
const requestOf = (from: number, to: number) => `old ${from}\n${proofLines(from, to).join('')}\n${noteOf(bodyOf(to))}`;

/** What a witness holds, and what it is sent. */
function input(held: number, request: string, leaves = LEAVES): JsonObject {
  const last = held === 0 ? null : { size: held, root: hex(rootOf(leaves.slice(0, held))) };
  return { logVkeys: [log.vkey], last, request };
}

/** Requests to a witness, and the status it answers with. */
export function witnessVectors(): VectorFile {
  const about =
    'A witness that knows `logVkeys` and cosigned the tree head `last` before (null: none) gets `request` as the body of add-checkpoint. Accepted: it answers 200 and cosigns `size`. Refused: the code ends with the status.';
  return { kind: 'witness', about, vectors: [...cosigned(), ...wrongRequests(), ...wrongNotes(), ...wrongTrees()] };
}

function cosigned(): readonly Vector[] {
  const good = (name: string, from: number, to: number, request = requestOf(from, to)) =>
    accepted(name, input(from, request), { size: to });
  const body = bodyOf(11);
  return [
    good('a first checkpoint', 0, 11),
    good('an empty tree first', 0, 0),
    ...[1, 3, 4, 7, 8, 10].map((from) => good(`from ${from} to 11`, from, 11)),
    good('the same checkpoint again', 11, 11),
    good(
      'lines of others beside the log’s',
      3,
      11,
      `old 3\n${proofLines(3, 11).join('')}\n${noteOf(body, stranger.line(body), log.line(body))}`,
    ),
  ];
}

function wrongRequests(): readonly Vector[] {
  const good = requestOf(3, 11);
  const [first = ''] = proofLines(3, 11);
  const wrong = (name: string, request: string) => refusal(name, input(3, request), 'witness_400');
  return [
    wrong('nothing', ''),
    wrong('no old size', good.slice(good.indexOf('\n') + 1)),
    wrong('a leading zero in the old size', good.replace('old 3', 'old 03')),
    wrong('a sign before the old size', good.replace('old 3', 'old +3')),
    wrong('an old size that is no number', good.replace('old 3', 'old three')),
    wrong('two spaces', good.replace('old 3', 'old  3')),
    wrong('a tab', good.replace('old 3', 'old\t3')),
    wrong('a space at the end of the line', good.replace('old 3', 'old 3 ')),
    wrong('a carriage return', good.replace('old 3\n', 'old 3\r\n')),
    wrong('capitals', good.replace('old', 'OLD')),
    wrong('no empty line', good.replace('\n\n', '\n')),
    wrong('a hash without padding', good.replace(first, first.replace('=', ''))),
    wrong('a hash with loose bits', good.replace(first, `${looseBase64(first.trim())}\n`)),
    wrong('a hash of 31 bytes', good.replace(first, `${base64(Buffer.from(first, 'base64').subarray(1))}\n`)),
    wrong('a hash in hexadecimal', good.replace(first, `${Buffer.from(first, 'base64').toString('hex')}\n`)),
    wrong('64 hashes', good.replace(first, first.repeat(64))),
    wrong('no checkpoint', good.slice(0, good.indexOf('\n\n') + 2)),
    wrong('an old size above the checkpoint’s', good.replace('old 3', 'old 12')),
  ];
}

function wrongNotes(): readonly Vector[] {
  const head = `old 3\n${proofLines(3, 11).join('')}\n`;
  const body = bodyOf(11);
  const wrong = (name: string, note: string, status: number) =>
    refusal(name, input(3, `${head}${note}`), `witness_${status}`);
  const foreign = bodyOf(11, LEAVES, stranger.name);
  return [
    wrong('a note without a signature', `${body}\n`, 400),
    wrong('a checkpoint without a root', noteOf(`${log.name}\n11\n`), 400),
    wrong('a leading zero in the size', noteOf(body.replace('\n11\n', '\n011\n')), 400),
    wrong('a root of 31 bytes', noteOf(`${log.name}\n11\n${base64(rootOf(LEAVES).subarray(1))}\n`), 400),
    wrong('an unknown origin', noteOf(foreign, stranger.line(foreign)), 404),
    wrong('an unknown origin that the log signed', noteOf(foreign, log.line(foreign)), 404),
    wrong('signed by a stranger', noteOf(body, stranger.line(body)), 403),
    wrong('the log’s signature over another size', noteOf(body, log.line(bodyOf(10))), 403),
    wrong('a bad line of the log beside a good one', noteOf(body, log.line(body), log.line(bodyOf(10))), 403),
    wrong('cosigned by the log, and not signed', noteOf(body, log.timedLine(body, 1_800_000_000)), 403),
  ];
}

function wrongTrees(): readonly Vector[] {
  const refused = (name: string, held: number, request: string, status: number, leaves = LEAVES) =>
    refusal(name, input(held, request, leaves), `witness_${status}`);
  const withProof = (from: number, to: number, lines: readonly string[]) =>
    `old ${from}\n${lines.join('')}\n${noteOf(bodyOf(to))}`;
  const good = proofLines(3, 11);
  const changed = (bit: number) =>
    good.map((line, at) => (at === 1 ? `${base64(flipped(Buffer.from(line, 'base64'), bit))}\n` : line));
  return [
    refused('an old size below its own', 7, requestOf(3, 11), 409),
    refused('an old size above its own', 3, requestOf(7, 11), 409),
    refused('an old size though it cosigned nothing', 0, requestOf(3, 11), 409),
    refused('old size zero though it cosigned something', 3, requestOf(0, 11), 409),
    refused('a smaller tree', 7, requestOf(3, 4), 409),
    refused('another root of the same size', 11, requestOf(11, 11), 409, OTHER_LEAVES),
    refused('a tree that does not begin with its own', 3, requestOf(3, 11), 422, OTHER_LEAVES),
    refused('no proof', 3, withProof(3, 11, []), 422),
    refused('a proof for nothing', 0, withProof(0, 11, good), 422),
    refused('a proof of the same size', 11, withProof(11, 11, good), 422),
    refused('the proof of another size', 3, withProof(3, 11, proofLines(4, 11)), 422),
    refused('a proof to another size', 3, withProof(3, 11, proofLines(3, 10)), 422),
    refused('a hash left out', 3, withProof(3, 11, good.slice(1)), 422),
    refused('a hash more', 3, withProof(3, 11, [...good, ...good.slice(-1)]), 422),
    refused('the proof backwards', 3, withProof(3, 11, good.toReversed()), 422),
    ...[0, 131, 255].map((bit) => refused(`bit ${bit} of a hash`, 3, withProof(3, 11, changed(bit)), 422)),
    refused('the proof of another tree', 3, withProof(3, 11, proofLines(3, 11, OTHER_LEAVES)), 422),
  ];
}
