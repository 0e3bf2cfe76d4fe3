import { leavesOf } from './merkle-vectors.ts';
import { rootOf } from './reference-tree.ts';
import { base64, hex, looseBase64 } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, otherwiseInGo, refusal } from './vector-file.ts';

const ORIGIN = 'log.example/ledger';
const ROOT = rootOf(leavesOf(7));
const ENCODED = base64(ROOT);
const BODY = `${ORIGIN}\n7\n${ENCODED}\n`;

const wrong = (name: string, body: string): Vector => refusal(name, { body }, 'checkpoint_malformed');

/** Bodies of checkpoints: the text that is signed. */
export function checkpointVectors(): VectorFile {
  const about =
    'Reading the text of a checkpoint. Accepted: origin, size, root in hexadecimal and the extension lines.';
  return { kind: 'checkpoint', about, vectors: [...goodBodies(), ...wrongSizes(), ...wrongRoots(), ...wrongFrames()] };
}

function goodBodies(): readonly Vector[] {
  const good = (name: string, size: number, origin = ORIGIN, extensions: readonly string[] = []) => {
    const body = `${[origin, size, ENCODED, ...extensions].join('\n')}\n`;
    return accepted(name, { body }, { origin, size, root: hex(ROOT), extensions });
  };
  return [
    good('a checkpoint', 7),
    good('one leaf', 1),
    good('a large tree', Number.MAX_SAFE_INTEGER),
    good('an origin with spaces', 7, 'The log of Example Ltd.'),
    good('an origin beyond ascii', 7, 'größe.example'),
    good('an extension line', 7, ORIGIN, ['key value']),
    good('two extension lines', 7, ORIGIN, ['8', 'key value']),
    accepted(
      'no leaves',
      { body: `${ORIGIN}\n0\n${base64(rootOf([]))}\n` },
      { origin: ORIGIN, size: 0, root: hex(rootOf([])), extensions: [] },
    ),
  ];
}

function wrongSizes(): readonly Vector[] {
  const sized = (name: string, size: string) => wrong(`size: ${name}`, BODY.replace('\n7\n', `\n${size}\n`));
  const zeros = 'its number parser reads leading zeros';
  const large = 'it reads sizes up to 2^64 - 1; here a size is a JSON number';
  return [
    otherwiseInGo(sized('a leading zero', '07'), zeros),
    otherwiseInGo(sized('zero twice', '00'), zeros),
    sized('a plus sign', '+7'),
    sized('a minus sign', '-7'),
    sized('minus zero', '-0'),
    sized('a fraction', '7.0'),
    sized('an exponent', '7e0'),
    sized('hexadecimal', '0x7'),
    sized('a space before', ' 7'),
    sized('a space after', '7 '),
    sized('a carriage return after', '7\r'),
    sized('digits of another script', '٧'),
    sized('digits grouped', '1_000'),
    sized('no size', ''),
    sized('a word', 'seven'),
    otherwiseInGo(sized('2^53', '9007199254740992'), large),
    otherwiseInGo(sized('2^64 - 1', '18446744073709551615'), large),
    sized('2^64', '18446744073709551616'),
    sized('forty digits', '7'.repeat(40)),
  ];
}

function wrongRoots(): readonly Vector[] {
  const rooted = (name: string, root: string) => wrong(`root: ${name}`, BODY.replace(ENCODED, root));
  const length = 'it reads hashes of any length';
  const lenient = 'its base64 decoder ignores bits that count for nothing';
  return [
    otherwiseInGo(rooted('31 bytes', base64(ROOT.subarray(1))), length),
    otherwiseInGo(rooted('33 bytes', base64(Uint8Array.from([...ROOT, 0]))), length),
    otherwiseInGo(rooted('no root', ''), length),
    otherwiseInGo(rooted('bits after the last byte', looseBase64(ENCODED)), lenient),
    otherwiseInGo(rooted('a carriage return after', `${ENCODED}\r`), 'its base64 decoder skips carriage returns'),
    rooted('no padding', ENCODED.replace('=', '')),
    rooted('padding without end', `${ENCODED}=`),
    rooted('the URL alphabet', `${'_'.repeat(43)}=`),
    rooted('a space before', ` ${ENCODED}`),
    rooted('a space after', `${ENCODED} `),
    otherwiseInGo(rooted('hexadecimal', hex(ROOT)), length),
  ];
}

function wrongFrames(): readonly Vector[] {
  const [origin = '', size = '', root = ''] = BODY.split('\n');
  const extension = 'it leaves what follows the root to its caller';
  return [
    wrong('nothing', ''),
    wrong('an empty origin', `\n${size}\n${root}\n`),
    wrong('no origin', `${size}\n${root}\n`),
    wrong('the origin alone', `${origin}\n`),
    wrong('no root line', `${origin}\n${size}\n`),
    wrong('size and root exchanged', `${origin}\n${root}\n${size}\n`),
    wrong('an empty line first', `\n${BODY}`),
    wrong('an empty line in between', BODY.replace('\n', '\n\n')),
    wrong('no line feed at the end', BODY.slice(0, -1)),
    wrong('carriage returns', BODY.replaceAll('\n', '\r\n')),
    otherwiseInGo(wrong('an empty line at the end', `${BODY}\n`), extension),
    otherwiseInGo(wrong('an empty extension line', `${BODY}\nkey value\n`), extension),
    otherwiseInGo(wrong('an extension line that does not end', `${BODY}key value`), extension),
  ];
}
