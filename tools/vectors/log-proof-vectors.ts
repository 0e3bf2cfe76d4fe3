import type { JsonObject } from '../../core/json.ts';
import { formatLogProof } from '../../core/ledger/log/log-proof.ts';
import { leaf, pathOf, rootOf } from './reference-tree.ts';
import { testSigner } from './test-signer.ts';
import { base64, flipped, hex, looseBase64, rearranged } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, otherwiseInGo, refusal } from './vector-file.ts';

const log = testSigner('log.example/ledger');
const witness = testSigner('witness.example/one');
const second = testSigner('witness.example/two');
const TIME_SECONDS = 1_800_000_000;
const MALFORMED = 'log_proof_malformed';
const LENIENT = 'its base64 decoder ignores bits that count for nothing';
const NOT_INCLUDED = 'entry_not_included';

const data = (index: number, word = 'entry') => new TextEncoder().encode(`${word} ${index}`);

/** A log of as many entries, and its checkpoint signed by the log, by its timestamp and by the witness. */
function logOf(size: number, word = 'entry', origin = log.name) {
  const leaves = Array.from({ length: size }, (_, index) => leaf(data(index, word)));
  const body = `${origin}\n${size}\n${base64(rootOf(leaves))}\n`;
  const lines = [log.line(body), log.timedLine(body, TIME_SECONDS), witness.timedLine(body, TIME_SECONDS + 1)];
  return { leaves, body, lines, checkpoint: `${body}\n${lines.join('')}` };
}

const LOG = logOf(11);
const INDEX = 6;
const HASHES = pathOf(INDEX, LOG.leaves);
const PROOF = { index: INDEX, hashes: HASHES, checkpoint: LOG.checkpoint };
const TEXT = formatLogProof(PROOF);

function input(proof: string, change: { readonly entry?: Uint8Array; readonly cosigners?: readonly string[] } = {}) {
  const { entry = data(INDEX), cosigners = [witness.timedVkey] } = change;
  const logKeys = [log.vkey, log.timedVkey];
  return { proof, entry: base64(entry), logVkeys: logKeys, cosignerVkeys: cosigners, origin: log.name };
}

const wrong = (name: string, proof: string, code: string): Vector => refusal(name, input(proof), code);

/** Whole proofs of inclusion as files. */
export function logProofVectors(): VectorFile {
  const about =
    'Verifying `proof` for `entry` (base64) with the log’s keys and origin; every one of `cosignerVkeys` must have cosigned. Accepted: index, size and the cosignatures’ times.';
  const vectors = [...goodProofs(), ...wrongPaths(), ...wrongCheckpoints(), ...wrongHeads(), ...wrongHashLines()];
  return { kind: 'log-proof', about, vectors };
}

function goodProofs(): readonly Vector[] {
  const times = [TIME_SECONDS, TIME_SECONDS + 1];
  const proofs = [1, 2, 3, 8, 11, 300].flatMap((size) => {
    const { leaves, checkpoint } = logOf(size);
    const indices = [...new Set([0, Math.floor(size / 2), size - 1])];
    return indices.map((index): readonly [string, JsonObject, JsonObject] => [
      `entry ${index} of ${size}`,
      input(formatLogProof({ index, hashes: pathOf(index, leaves), checkpoint }), { entry: data(index) }),
      { index, size, times },
    ]);
  });
  const extra = new TextEncoder().encode('not authenticated');
  const found = { index: INDEX, size: LOG.leaves.length };
  const unwitnessed = `${LOG.body}\n${LOG.lines[0]}`;
  return [
    ...proofs.map((each) => accepted(...each)),
    accepted('with extra data', input(formatLogProof({ ...PROOF, extra })), { ...found, times }),
    accepted(
      'without cosigners when none is wanted',
      input(formatLogProof({ ...PROOF, checkpoint: unwitnessed }), { cosigners: [] }),
      {
        ...found,
        times: [],
      },
    ),
  ];
}

function wrongPaths(): readonly Vector[] {
  const withPath = (name: string, hashes: readonly Uint8Array[], index = INDEX) =>
    wrong(name, formatLogProof({ ...PROOF, index, hashes }), NOT_INCLUDED);
  const [first = new Uint8Array(), ...above] = HASHES;
  const [, own = new Uint8Array()] = LOG.leaves.slice(INDEX - 1);
  const node = rootOf([own, first]);
  const nodeText = Buffer.concat([own, first]);
  return [
    ...LOG.leaves
      .map((_, index) => index)
      .filter((index) => index !== INDEX)
      .map((index) => withPath(`at index ${index}`, HASHES, index)),
    withPath('at index 11, outside the tree', HASHES, LOG.leaves.length),
    withPath('at the largest index', HASHES, Number.MAX_SAFE_INTEGER),
    ...rearranged(HASHES).map(([what, hashes]) => withPath(`hashes ${what}`, hashes)),
    ...HASHES.map((hash, place) => withPath(`a bit of hash ${place}`, HASHES.with(place, flipped(hash, place)))),
    ...HASHES.map((_, place) => withPath(`the root for hash ${place}`, HASHES.with(place, rootOf(LOG.leaves)))),
    withPath('no hashes', []),
    withPath('a zero hash in front', [new Uint8Array(32), ...HASHES]),
    withPath(
      '64 hashes',
      Array.from({ length: 64 }, () => first),
    ),
    withPath('of another entry', pathOf(2, LOG.leaves)),
    refusal('another entry', input(TEXT, { entry: data(INDEX + 1) }), NOT_INCLUDED),
    refusal(
      'an entry with a space more',
      input(TEXT, { entry: Buffer.concat([data(INDEX), Buffer.from(' ')]) }),
      NOT_INCLUDED,
    ),
    refusal('an empty entry', input(TEXT, { entry: new Uint8Array() }), NOT_INCLUDED),
    refusal('the leaf hash as entry', input(TEXT, { entry: own }), NOT_INCLUDED),
    refusal(
      'interior node presented as leaf: two hashes as entry',
      input(formatLogProof({ ...PROOF, index: 3, hashes: above }), { entry: nodeText }),
      NOT_INCLUDED,
    ),
    refusal(
      'interior node presented as leaf: the node as entry',
      input(formatLogProof({ ...PROOF, index: 3, hashes: above }), { entry: node }),
      NOT_INCLUDED,
    ),
  ];
}

function wrongCheckpoints(): readonly Vector[] {
  const withNote = (name: string, checkpoint: string, code: string) =>
    wrong(name, formatLogProof({ ...PROOF, checkpoint }), code);
  const [plain = '', own = '', cosigned = ''] = LOG.lines;
  const { body } = LOG;
  const impostor = testSigner(`impostor/${log.name}`);
  const renamed = logOf(11, 'entry', 'other.example/ledger');
  const fake = body.replace('\n11\n', '\n12\n');
  return [
    withNote('checkpoint of another tree of the log', logOf(11, 'other').checkpoint, NOT_INCLUDED),
    withNote('checkpoint of a larger tree', logOf(12).checkpoint, NOT_INCLUDED),
    withNote('checkpoint of a smaller tree', logOf(7).checkpoint, NOT_INCLUDED),
    withNote('checkpoint of an empty tree', logOf(0).checkpoint, NOT_INCLUDED),
    withNote('checkpoint of another origin, signed by the log', renamed.checkpoint, 'origin_differs'),
    withNote('size changed after signing', LOG.checkpoint.replace('\n11\n', '\n12\n'), 'note_signature_invalid'),
    withNote(
      'size changed by the witness',
      `${fake}\n${witness.timedLine(fake, TIME_SECONDS)}`,
      'checkpoint_not_of_log',
    ),
    withNote('signed by the log’s timestamp alone', `${body}\n${own}`, 'checkpoint_not_of_log'),
    withNote('signed by the witness alone', `${body}\n${cosigned}`, 'checkpoint_not_of_log'),
    withNote('signed by nobody known', `${body}\n${impostor.line(body)}`, 'note_unsigned'),
    withNote('without signatures', `${body}\n`, 'note_malformed'),
    withNote('without the witness', `${body}\n${plain}${own}`, 'policy_unmet'),
    withNote('with another witness', `${body}\n${plain}${second.timedLine(body, TIME_SECONDS)}`, 'policy_unmet'),
    withNote(
      'with a bad line of the witness',
      `${body}\n${plain}${witness.timedLine(fake, TIME_SECONDS)}`,
      'note_signature_invalid',
    ),
    refusal(
      'two witnesses wanted, one there',
      input(TEXT, { cosigners: [witness.timedVkey, second.timedVkey] }),
      'policy_unmet',
    ),
    withNote('a note that is no checkpoint', `${log.name}\n\n${log.line(`${log.name}\n`)}`, 'checkpoint_malformed'),
    withNote('no checkpoint', '', 'note_malformed'),
    withNote('an empty line before the checkpoint', `\n${LOG.checkpoint}`, 'note_signature_invalid'),
    withNote('something after the checkpoint', `${LOG.checkpoint}more\n`, 'note_malformed'),
  ];
}

function wrongHeads(): readonly Vector[] {
  const line = `index ${INDEX}\n`;
  const indexed = (name: string, text: string) => wrong(name, TEXT.replace(line, text), MALFORMED);
  const lenient = 'its number parser reads leading zeros';
  const scanner = 'its line scanner takes away carriage returns';
  return [
    wrong('nothing', '', MALFORMED),
    wrong('the checkpoint alone', LOG.checkpoint, MALFORMED),
    wrong('another version', TEXT.replace('@v1', '@v2'), MALFORMED),
    wrong('no version line', TEXT.slice(TEXT.indexOf('\n') + 1), MALFORMED),
    wrong('a space after the version', TEXT.replace('@v1', '@v1 '), MALFORMED),
    wrong('a byte order mark', `\ufeff${TEXT}`, MALFORMED),
    wrong('an empty line first', `\n${TEXT}`, MALFORMED),
    otherwiseInGo(wrong('a carriage return after the version', TEXT.replace('@v1', '@v1\r'), MALFORMED), scanner),
    otherwiseInGo(indexed('a carriage return after the index', `index ${INDEX}\r\n`), scanner),
    indexed('no index', ''),
    indexed('no number', 'index \n'),
    otherwiseInGo(indexed('a leading zero', `index 0${INDEX}\n`), lenient),
    indexed('a plus sign', `index +${INDEX}\n`),
    indexed('a minus sign', `index -${INDEX}\n`),
    indexed('hexadecimal', `index 0x${INDEX}\n`),
    indexed('a space after the index', `index ${INDEX} \n`),
    indexed('two spaces before the index', `index  ${INDEX}\n`),
    indexed('the word in capitals', `INDEX ${INDEX}\n`),
    indexed('an index of 2^53', 'index 9007199254740992\n'),
    indexed('an index of 2^64', 'index 18446744073709551616\n'),
    indexed('two index lines', `${line}${line}`),
    indexed('extra data after the index', `${line}extra AAAA\n`),
    indexed('two extra lines', `extra AAAA\nextra AAAA\n${line}`),
    otherwiseInGo(indexed('an extra line without data', `extra \n${line}`), 'it reads empty extra data'),
    indexed('extra data that is no base64', `extra !\n${line}`),
    indexed('extra data without padding', `extra AAA\n${line}`),
    otherwiseInGo(
      indexed('extra data with bits after the last byte', `extra ${looseBase64('AA==')}\n${line}`),
      LENIENT,
    ),
    indexed('an unknown line before the index', `size 11\n${line}`),
  ];
}

function wrongHashLines(): readonly Vector[] {
  const [first = new Uint8Array()] = HASHES;
  const encoded = base64(first);
  const hashed = (name: string, text: string) => wrong(name, TEXT.replace(`${encoded}\n`, text), MALFORMED);
  return [
    hashed('a hash of 31 bytes', `${base64(first.subarray(1))}\n`),
    hashed('a hash of 33 bytes', `${base64(Uint8Array.from([...first, 0]))}\n`),
    hashed('a hash without padding', `${encoded.replace('=', '')}\n`),
    otherwiseInGo(hashed('bits after the last byte of a hash', `${looseBase64(encoded)}\n`), LENIENT),
    hashed('a hash in hexadecimal', `${hex(first)}\n`),
    hashed('a hash in the URL alphabet', `${'_'.repeat(43)}=\n`),
    hashed('a space before a hash', ` ${encoded}\n`),
    hashed('a space after a hash', `${encoded} \n`),
    hashed('a word for a hash', 'hash\n'),
    hashed('two hashes in one line', `${encoded}${encoded}\n`),
    otherwiseInGo(
      hashed('a carriage return after a hash', `${encoded}\r\n`),
      'its line scanner takes away carriage returns',
    ),
    wrong('no empty line before the checkpoint', TEXT.replace('\n\n', '\n'), MALFORMED),
    wrong('65 hashes', formatLogProof({ ...PROOF, hashes: Array.from({ length: 65 }, () => first) }), MALFORMED),
    hashed('an empty line among the hashes', `\n${encoded}\n`),
  ].map((vector) => (vector.name === 'an empty line among the hashes' ? early(vector) : vector));
}

/** What follows an early empty line is read as the checkpoint, and is none. */
function early(vector: Vector): Vector {
  return { ...vector, expect: { accepted: false, code: 'note_signature_invalid' } };
}
