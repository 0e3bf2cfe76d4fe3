import { formatVerifierKey, noteKeyId } from '../../core/ledger/log/note.ts';
import { testSigner } from './test-signer.ts';
import { hex } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, otherwiseInGo, refusal } from './vector-file.ts';

const { name: NAME, publicKey: KEY, vkey: VKEY, timedVkey: TIMED } = testSigner('ann.example/notes');
/** Id and key of a verifier key; the base64 of the key may hold a plus itself. */
const partsOf = (vkey: string) => /^[^+]+\+([^+]+)\+(.+)$/.exec(vkey)?.slice(1) ?? [];

const [ID = '', ENCODED = ''] = partsOf(VKEY);
const [TIMED_ID = '', TIMED_ENCODED = ''] = partsOf(TIMED);

const wrong = (name: string, vkey: string): Vector => refusal(name, { vkey }, 'note_malformed');

/** Verifier keys. */
export function vkeyVectors(): VectorFile {
  const about = 'Reading a verifier key `name+id+key`. Accepted: its name, id, type and raw public key.';
  return { kind: 'vkey', about, vectors: [...goodKeys(), ...wrongNames(), ...wrongIds(), ...wrongKeys()] };
}

function goodKeys(): readonly Vector[] {
  const good = (what: string, vkey: string, name: string, type: number) => {
    const id = noteKeyId(name, type, KEY).toString(16).padStart(8, '0');
    return accepted(what, { vkey }, { name, id, type, publicKey: hex(KEY) });
  };
  const unicode = 'größe.example';
  return [
    good('a key for signatures', VKEY, NAME, 1),
    good('a key for cosignatures', TIMED, NAME, 4),
    good('a name beyond ascii', formatVerifierKey(unicode, 1, KEY), unicode, 1),
    good('a name of one letter', formatVerifierKey('a', 1, KEY), 'a', 1),
    ...leadingZeroId(),
  ];
}

/** A name whose key id begins with a zero, which must be written. */
function leadingZeroId(): readonly Vector[] {
  const isSmall = (index: number) => noteKeyId(`zero-${index}.example`, 1, KEY) < 0x1000_0000;
  const index = Array.from({ length: 1_000 }, (_, at) => at).find(isSmall) ?? 0;
  const name = `zero-${index}.example`;
  const vkey = formatVerifierKey(name, 1, KEY);
  const id = vkey.split('+')[1] ?? '';
  return [
    accepted('an id that begins with a zero', { vkey }, { name, id, type: 1, publicKey: hex(KEY) }),
    wrong('an id without its leading zero', vkey.replace(`+${id}`, `+${id.slice(1)}`)),
  ];
}

function wrongNames(): readonly Vector[] {
  const named = (what: string, name: string) => wrong(what, formatVerifierKey(name, 1, KEY));
  return [
    named('no name', ''),
    named('a space in the name', 'ann example'),
    named('a tab in the name', 'ann\texample'),
    named('a line feed in the name', 'ann\nexample'),
    named('a no-break space in the name', 'ann\u00a0example'),
    named('a line separator in the name', 'ann\u2028example'),
    named('a plus in the name', 'ann+example'),
    otherwiseInGo(named('a null character in the name', 'ann\0example'), 'it only refuses spaces and pluses in names'),
    otherwiseInGo(
      named('an escape character in the name', 'ann\u001bexample'),
      'it only refuses spaces and pluses in names',
    ),
    wrong('a space first', ` ${VKEY}`),
    wrong('a private key', `PRIVATE+KEY+${VKEY}`),
  ];
}

function wrongIds(): readonly Vector[] {
  const withId = (what: string, id: string) => wrong(what, `${NAME}+${id}+${ENCODED}`);
  const letters = testSigner('bob.example/notes');
  return [
    withId(
      'another id',
      ID.replace(/./, (digit) => (digit === '0' ? '1' : '0')),
    ),
    withId('the id of another name', letters.vkey.split('+')[1] ?? ''),
    withId('the id of another type', TIMED_ID),
    withId('seven digits', ID.slice(1)),
    withId('nine digits', `0${ID}`),
    withId('a prefix', `0x${ID.slice(2)}`),
    withId('no id', ''),
    otherwiseInGo(withId('capital digits', ID.toUpperCase()), 'it reads capital digits too'),
    wrong('no id and no plus', `${NAME}+${ENCODED}`),
    wrong('the name alone', NAME),
    wrong('nothing', ''),
  ];
}

function wrongKeys(): readonly Vector[] {
  const withKey = (what: string, type: number, key: Uint8Array) => wrong(what, formatVerifierKey(NAME, type, key));
  const noId = 'it computes the id of a cosignature key and does not compare';
  const lineFeeds = 'its base64 decoder skips line feeds';
  return [
    withKey('31 bytes', 1, KEY.subarray(1)),
    withKey('33 bytes', 1, Uint8Array.from([...KEY, 0])),
    withKey('no key', 1, new Uint8Array()),
    withKey('a cosignature key of 31 bytes', 4, KEY.subarray(1)),
    otherwiseInGo(wrong('a cosignature key with the id of a signature key', `${NAME}+${ID}+${TIMED_ENCODED}`), noId),
    otherwiseInGo(wrong('a cosignature key with another id', `${NAME}+00000000+${TIMED_ENCODED}`), noId),
    wrong('no type and no key', `${NAME}+${ID}+`),
    wrong('the URL alphabet', `${NAME}+${ID}+${ENCODED.replaceAll('+', '-').replaceAll('/', '_').replace(/.$/, '_')}`),
    wrong('padding without need', `${VKEY}=`),
    wrong('a character less', VKEY.slice(0, -1)),
    wrong('a character more', `${VKEY}A`),
    wrong('a space at the end', `${VKEY} `),
    otherwiseInGo(wrong('a line feed at the end', `${VKEY}\n`), lineFeeds),
    otherwiseInGo(wrong('a line feed in the key', VKEY.replace(/.{4}$/, '\n$&')), lineFeeds),
    wrong('more after a space', `${VKEY} more`),
    wrong('more after a plus', `${VKEY}+more`),
  ];
}
