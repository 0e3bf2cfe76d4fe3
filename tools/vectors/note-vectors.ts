import { testSigner } from './test-signer.ts';
import { flipped, looseBase64 } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, otherwiseInGo, refusal } from './vector-file.ts';

const ann = testSigner('ann.example/notes');
const bob = testSigner('bob.example/notes');
const eve = testSigner('eve.example/notes');

const TEXT = 'A line.\nAnother one.\n';
const LINE = ann.line(TEXT);
const NOTE = `${TEXT}\n${LINE}`;
const VKEYS = [ann.vkey];
const MALFORMED = 'note_malformed';
const INVALID = 'note_signature_invalid';
const UNSIGNED = 'note_unsigned';

/** Order of the Ed25519 group, RFC 8032 section 5.1. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const SIGNATURE_BYTES = 64;
const HALF = 32;

/** Signed notes. */
export function noteVectors(): VectorFile {
  const about =
    'Opening `note` with `vkeys`. Accepted: `signers` are the names of the keys that verified, in order; `ignored` counts lines of unknown keys.';
  const vectors = [...goodNotes(), ...brokenFrames(), ...brokenLines(), ...oddCharacters(), ...wrongSignatures()];
  return { kind: 'note', about, vectors };
}

const wrong = (name: string, note: string, code: string): Vector => refusal(name, { note, vkeys: VKEYS }, code);

function goodNotes(): readonly Vector[] {
  const open = (name: string, note: string, ignored = 0, vkeys = VKEYS, signers = [ann.name]) =>
    accepted(name, { note, vkeys }, { signers, ignored });
  const text = 'First.\n\nAfter an empty line.\n';
  const words = 'naïve — “quoted” 日本\n';
  const stranger = eve.line(TEXT);
  const example =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
  const exampleKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  return [
    open('one signature', NOTE),
    open('text with an empty line', `${text}\n${ann.line(text)}`),
    open('text of one empty line', `\n\n${ann.line('\n')}`),
    open('text beyond ascii', `${words}\n${ann.line(words)}`),
    open('a stranger first', `${TEXT}\n${stranger}${LINE}`, 1),
    open('a stranger last', `${TEXT}\n${LINE}${stranger}`, 1),
    open('the same line twice', `${TEXT}\n${LINE}${LINE}`),
    open('two known keys', `${TEXT}\n${bob.line(TEXT)}${LINE}`, 0, [ann.vkey, bob.vkey], [bob.name, ann.name]),
    open('an unknown key of the same name', `${TEXT}\n${ann.timedLine(TEXT, 5)}${LINE}`, 1),
    open('16 signatures', `${TEXT}\n${strangers(15)}${LINE}`, 15),
    open('64 signatures', `${TEXT}\n${strangers(63)}${LINE}`, 63),
    open('example of golang.org/x/mod/sumdb/note', example, 0, [exampleKey], ['PeterNeumann']),
  ];
}

function strangers(count: number): string {
  return Array.from({ length: count }, (_, index) => testSigner(`stranger-${index}.example`).line(TEXT)).join('');
}

function brokenFrames(): readonly Vector[] {
  return [
    wrong('nothing', '', MALFORMED),
    wrong('text alone', TEXT, MALFORMED),
    wrong('no empty line', `${TEXT}${LINE}`, MALFORMED),
    wrong('no signature lines', `${TEXT}\n`, MALFORMED),
    wrong('no line feed at the end', NOTE.slice(0, -1), MALFORMED),
    wrong('an empty line at the end', `${NOTE}\n`, MALFORMED),
    wrong('text after the signatures', `${NOTE}more\n`, MALFORMED),
    wrong('carriage returns', NOTE.replaceAll('\n', '\r\n'), MALFORMED),
    wrong('a byte order mark', `\ufeff${NOTE}`, INVALID),
    otherwiseInGo(wrong('65 signatures', `${TEXT}\n${strangers(64)}${LINE}`, MALFORMED), 'its limit is 100'),
    wrong('101 signatures', `${TEXT}\n${strangers(100)}${LINE}`, MALFORMED),
    wrong('only strangers', `${TEXT}\n${eve.line(TEXT)}`, UNSIGNED),
  ];
}

function brokenLines(): readonly Vector[] {
  const [, name = '', signature = ''] = LINE.trimEnd().split(' ');
  const line = (what: string, text: string, code = MALFORMED) => wrong(what, `${TEXT}\n${text}\n`, code);
  const encoded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const bytes = Buffer.from(signature, 'base64');
  const lenient = 'its base64 decoder ignores bits that count for nothing';
  return [
    line('a hyphen for the dash', `- ${name} ${signature}`),
    line('an en dash', `– ${name} ${signature}`),
    line('no space after the dash', `—${name} ${signature}`),
    line('two spaces after the dash', `—  ${name} ${signature}`),
    line('two spaces before the signature', `— ${name}  ${signature}`),
    line('a space at the end', `— ${name} ${signature} `),
    line('a third field', `— ${name} ${signature} AAAA`),
    line('no signature', `— ${name}`),
    line('an empty signature', `— ${name} `),
    line('no name', `— ${signature}`),
    line('an empty name', `—  ${signature}`),
    line('a plus in the name', `— ann+example ${signature}`),
    line('a no-break space in the name', `— ann\u00a0example ${signature}`),
    line('a line separator in the name', `— ann\u2028example ${signature}`),
    line('base64 without padding', `— ${name} ${signature.replaceAll('=', '')}`),
    line('base64 of the URL alphabet', `— ${name} ${encoded(Buffer.alloc(68, 0xfb)).replaceAll('+', '-')}`),
    line('no base64', `— ${name} !!!!`),
    line('a key id without a signature', `— ${name} ${encoded(bytes.subarray(0, 4))}`),
    line('three bytes', `— ${name} ${encoded(bytes.subarray(0, 3))}`),
    otherwiseInGo(line('bits after the last byte', `— ${name} ${looseBase64(signature)}`), lenient),
    line('a broken line beside a good one', `${LINE}— ${name}`),
    line('another name', `— bob.example/notes ${signature}`, UNSIGNED),
    line('name in capitals', `— ${name.toUpperCase()} ${signature}`, UNSIGNED),
    line('another key id', `— ${name} ${encoded(flipped(bytes, 0))}`, UNSIGNED),
  ];
}

function oddCharacters(): readonly Vector[] {
  const signed = (name: string, character: string) => {
    const text = `A${character}line.\n`;
    return wrong(name, `${text}\n${ann.line(text)}`, MALFORMED);
  };
  const why =
    'its rule and that of C2SP end at U+0020; U+007F to U+009F are refused here so that a terminal shows the text';
  return [
    signed('a null character', '\0'),
    signed('a tab', '\t'),
    signed('a carriage return in the text', '\r'),
    signed('an escape character', '\u001b'),
    signed('a unit separator', '\u001f'),
    otherwiseInGo(signed('a delete character', '\u007f'), why),
    otherwiseInGo(signed('a next-line character', '\u0085'), why),
    otherwiseInGo(signed('an application program command', '\u009f'), why),
  ];
}

function wrongSignatures(): readonly Vector[] {
  const raw = ann.sign(TEXT);
  const id = Buffer.from(LINE.split(' ')[2] ?? '', 'base64').subarray(0, 4);
  const line = (signature: Uint8Array) => `— ${ann.name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
  const bad = (name: string, signature: Uint8Array) => wrong(name, `${TEXT}\n${line(signature)}`, INVALID);
  const elsewhere = ann.line('Another text.\n');
  const ignored = 'it looks at the first line of a key only';
  return [
    ...[0, 7, 255, 256, 300, 511].map((bit) => bad(`bit ${bit} of the signature`, flipped(raw, bit))),
    bad('one byte short', raw.subarray(1)),
    bad('one byte long', Buffer.concat([raw, Buffer.of(0)])),
    bad('one byte in all', raw.subarray(0, 1)),
    bad('zeros', new Uint8Array(SIGNATURE_BYTES)),
    bad('the group order added to S', withOrderAdded(raw)),
    bad("another key's signature", bob.sign(TEXT)),
    bad('a cosignature without its time', ann.sign(`cosignature/v1\ntime 5\n${TEXT}`)),
    wrong('the signature of another text', `${TEXT}\n${elsewhere}`, INVALID),
    wrong('a space more in the text', `${TEXT.replace(' ', '  ')}\n${LINE}`, INVALID),
    wrong('a line more in the text', `${TEXT}More.\n\n${LINE}`, INVALID),
    wrong('a line less in the text', `A line.\n\n${LINE}`, INVALID),
    wrong('letters that look alike', `${TEXT.replace('A', '\u0391')}\n${LINE}`, INVALID),
    wrong('a bad line before the good one', `${TEXT}\n${elsewhere}${LINE}`, INVALID),
    otherwiseInGo(wrong('a bad line after the good one', `${TEXT}\n${LINE}${elsewhere}`, INVALID), ignored),
  ];
}

/** The same signature with S + L for S: a verifier that does not bound S accepts it. @see RFC 8032 section 8.4 */
function withOrderAdded(signature: Uint8Array): Uint8Array {
  const littleEndian = Buffer.from(signature.subarray(HALF)).reverse().toString('hex');
  const sum = (BigInt(`0x${littleEndian}`) + ORDER).toString(16).padStart(2 * HALF, '0');
  return Buffer.concat([signature.subarray(0, HALF), Buffer.from(sum, 'hex').reverse()]);
}
