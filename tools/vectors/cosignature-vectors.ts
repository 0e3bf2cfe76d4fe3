import { noteKeyId, signatureLine } from '../../core/ledger/log/note.ts';
import { leavesOf } from './merkle-vectors.ts';
import { rootOf } from './reference-tree.ts';
import { testSigner } from './test-signer.ts';
import { base64, flipped } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, otherwiseInGo, refusal } from './vector-file.ts';

const log = testSigner('log.example/ledger');
const witness = testSigner('witness.example/one');
const other = testSigner('witness.example/two');

const TIME_SECONDS = 1_800_000_000;
const BODY = `${log.name}\n7\n${base64(rootOf(leavesOf(7)))}\n`;
const EXTENDED = `${BODY}key value\n`;
const INVALID = 'note_signature_invalid';

/** Timestamped cosignatures, type 0x04. */
export function cosignatureVectors(): VectorFile {
  const about =
    'Opening a checkpoint `note` with `vkeys`. Accepted: `times` are the POSIX seconds that the cosignatures state, in order of the lines.';
  return { kind: 'cosignature', about, vectors: [...goodOnes(), ...wrongMessages(), ...wrongPayloads()] };
}

function goodOnes(): readonly Vector[] {
  const note = (...lines: readonly string[]) => `${BODY}\n${lines.join('')}`;
  const good = (name: string, text: string, vkeys: readonly string[], times: readonly number[]) =>
    accepted(name, { note: text, vkeys }, { times });
  const one = witness.timedLine(BODY, TIME_SECONDS);
  return [
    good('a cosignature alone', note(one), [witness.timedVkey], [TIME_SECONDS]),
    good('beside the log’s signature', note(log.line(BODY), one), [log.vkey, witness.timedVkey], [TIME_SECONDS]),
    good(
      'the log’s own',
      note(log.line(BODY), log.timedLine(BODY, TIME_SECONDS)),
      [log.vkey, log.timedVkey],
      [TIME_SECONDS],
    ),
    good(
      'two with times of their own',
      note(one, other.timedLine(BODY, TIME_SECONDS + 3)),
      [other.timedVkey, witness.timedVkey],
      [TIME_SECONDS, TIME_SECONDS + 3],
    ),
    good('time zero', note(witness.timedLine(BODY, 0)), [witness.timedVkey], [0]),
    good(
      'a checkpoint with an extension line',
      `${EXTENDED}\n${witness.timedLine(EXTENDED, TIME_SECONDS)}`,
      [witness.timedVkey],
      [TIME_SECONDS],
    ),
    good('one of a stranger ignored', note(log.line(BODY), one), [log.vkey], []),
  ];
}

function payload(time: bigint, signature: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(time);
  return Buffer.concat([bytes, signature]);
}

const TIME = BigInt(TIME_SECONDS);

function bad(name: string, bytes: Uint8Array, body = BODY): Vector {
  const line = signatureLine(witness.name, noteKeyId(witness.name, 4, witness.publicKey), bytes);
  return refusal(name, { note: `${body}\n${line}`, vkeys: [witness.timedVkey] }, INVALID);
}

function wrongMessages(): readonly Vector[] {
  const over = (name: string, message: string) => bad(name, payload(TIME, witness.sign(message)));
  const text = `cosignature/v1\ntime ${TIME}\n${BODY}`;
  return [
    over('the body alone', BODY),
    over('no version line', `time ${TIME}\n${BODY}`),
    over('another version', text.replace('v1', 'v2')),
    over('no time line', `cosignature/v1\n${BODY}`),
    over('time and version exchanged', `time ${TIME}\ncosignature/v1\n${BODY}`),
    over('a leading zero in the time', text.replace('time ', 'time 0')),
    over('the time with a fraction', text.replace(`${TIME}`, `${TIME}.0`)),
    over('milliseconds', text.replace(`${TIME}`, `${TIME}000`)),
    over('another time', text.replace(`${TIME}`, `${TIME + 1n}`)),
    over('another size', text.replace('\n7\n', '\n8\n')),
    over('another origin', text.replace('log.example', 'log2.example')),
    over('an extension line that is not there', `${text}key value\n`),
    over('an empty line at the end', `${text}\n`),
    over('no line feed at the end', text.slice(0, -1)),
    bad('an extension line left out', payload(TIME, witness.sign(text)), EXTENDED),
    over('the log’s name in front', `${log.name}\n${text}`),
  ];
}

function wrongPayloads(): readonly Vector[] {
  const signature = witness.sign(`cosignature/v1\ntime ${TIME}\n${BODY}`);
  const good = payload(TIME, signature);
  const reversed = Buffer.concat([Buffer.from(good.subarray(0, 8)).reverse(), signature]);
  const at = (time: bigint) => payload(time, witness.sign(`cosignature/v1\ntime ${time}\n${BODY}`));
  const large = 'it reads times up to 2^64 - 1; C2SP allows 2^63 - 1, and here a time is a JSON number';
  const plain = signatureLine(witness.name, noteKeyId(witness.name, 1, witness.publicKey), good);
  return [
    ...[0, 40, 63].map((bit) => bad(`bit ${bit} of the time`, flipped(good, bit))),
    ...[64, 319, 320, 575].map((bit) => bad(`bit ${bit} of the payload`, flipped(good, bit))),
    bad('little-endian time', reversed),
    bad('the time behind the signature', Buffer.concat([signature, good.subarray(0, 8)])),
    bad('no time', signature),
    bad('a time of four bytes', good.subarray(4)),
    bad('one byte short', good.subarray(0, -1)),
    bad('one byte long', Buffer.concat([good, Buffer.of(0)])),
    bad('nothing but a time', good.subarray(0, 8)),
    bad('another witness’s signature', payload(TIME, other.sign(`cosignature/v1\ntime ${TIME}\n${BODY}`))),
    otherwiseInGo(bad('a time of 2^53', at(2n ** 53n)), large),
    otherwiseInGo(bad('a time of 2^63', at(2n ** 63n)), large),
    refusal(
      'under the id of a signature key',
      { note: `${BODY}\n${plain}`, vkeys: [witness.timedVkey] },
      'note_unsigned',
    ),
    refusal(
      'under the id of a signature key that is known',
      { note: `${BODY}\n${plain}`, vkeys: [witness.vkey] },
      INVALID,
    ),
    refusal(
      'a plain signature under the id of a cosigner',
      {
        note: `${BODY}\n${signatureLine(witness.name, noteKeyId(witness.name, 4, witness.publicKey), witness.sign(BODY))}`,
        vkeys: [witness.timedVkey],
      },
      INVALID,
    ),
    refusal(
      'a bad one beside a good one of the log',
      {
        note: `${BODY}\n${log.line(BODY)}${witness.timedLine(EXTENDED, TIME_SECONDS)}`,
        vkeys: [log.vkey, witness.timedVkey],
      },
      INVALID,
    ),
  ];
}
