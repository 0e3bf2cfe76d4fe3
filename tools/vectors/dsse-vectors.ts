import type { JsonObject, JsonValue } from '../../core/json.ts';
import { testSigner } from './test-signer.ts';
import { base64, flipped, hex, looseBase64 } from './text-damage.ts';
import type { Vector, VectorFile } from './vector-file.ts';
import { accepted, refusal } from './vector-file.ts';

const TYPE = 'application/vnd.in-toto+json';
const PAYLOAD = '{"_type":"https://in-toto.io/Statement/v1"}';
const signer = testSigner('receipts.example/epoch');

const length = (text: string) => Buffer.byteLength(text);

/** PAE of the DSSE protocol, for text. */
function encoding(type: string, payload: string): string {
  return `DSSEv1 ${length(type)} ${type} ${length(payload)} ${payload}`;
}

/** What an envelope's signature is over. */
export function preAuthVectors(): VectorFile {
  const about =
    'Whether `encoding` (base64) is the DSSE pre-authentication encoding of `payloadType` and `payload` (base64).';
  const input = (type: string, payload: string, text: string): JsonObject => ({
    payloadType: type,
    payload: base64(payload),
    encoding: base64(text),
  });
  const good = (name: string, type: string, payload: string) =>
    accepted(name, input(type, payload, encoding(type, payload)));
  const wrong = (name: string, text: string, type = TYPE, payload = PAYLOAD) =>
    refusal(name, input(type, payload, text), 'encoding_differs');
  const whole = encoding(TYPE, PAYLOAD);
  const vectors = [
    good('example of the protocol', 'http://example.com/HelloWorld', 'hello world'),
    good('a statement', TYPE, PAYLOAD),
    good('an empty payload', TYPE, ''),
    good('an empty type', '', PAYLOAD),
    good('lengths in bytes, not in characters', 'é', '€😀'),
    good('a payload with spaces and line feeds', TYPE, ' 1 a\n\n'),
    wrong('the payload alone', PAYLOAD),
    wrong('another version', whole.replace('v1', 'v2')),
    wrong('no type', encoding('', PAYLOAD)),
    wrong('another type', encoding('text/plain', PAYLOAD)),
    wrong('another payload', encoding(TYPE, `${PAYLOAD} `)),
    wrong('a length with a leading zero', whole.replace(' 28 ', ' 028 ')),
    wrong(
      'a length of the payload that is one less',
      whole.replace(` ${length(PAYLOAD)} `, ` ${length(PAYLOAD) - 1} `),
    ),
    wrong('no lengths', `DSSEv1 ${TYPE} ${PAYLOAD}`),
    wrong('type and payload exchanged', encoding(PAYLOAD, TYPE)),
    wrong('the payload in base64', encoding(TYPE, base64(PAYLOAD))),
    wrong('a line feed at the end', `${whole}\n`),
    wrong('a space moved from the payload to the type', encoding('a ', 'b'), 'a', ' b'),
    wrong('lengths in characters', 'DSSEv1 1 é 3 €😀', 'é', '€😀'),
    wrong('eight-byte lengths', `DSSEv1\0\0\0\0\0\0\0\u001c${TYPE}${PAYLOAD}`),
  ];
  return { kind: 'dsse-pae', about, vectors };
}

const MALFORMED = 'receipt_malformed';
const INVALID = 'signature_invalid';

/** Envelopes of a statement, as receipts are. */
export function envelopeVectors(): VectorFile {
  const about =
    'Reading an envelope as JSON of exactly one signature, and verifying it with an Ed25519 `publicKey` (hexadecimal). The statement inside is not looked at.';
  return { kind: 'dsse-envelope', about, vectors: [...goodEnvelopes(), ...wrongShapes(), ...wrongSignatures()] };
}

const SIGNATURE = signer.sign(encoding(TYPE, PAYLOAD));
const LINE: JsonObject = { keyid: 'epoch-1', sig: base64(SIGNATURE) };
const ENVELOPE: JsonObject = { payloadType: TYPE, payload: base64(PAYLOAD), signatures: [LINE] };

const input = (envelope: JsonValue): JsonObject => ({ envelope, publicKey: hex(signer.publicKey) });

function goodEnvelopes(): readonly Vector[] {
  const long = `"${'x'.repeat(600)}"`;
  return [
    accepted('an envelope', input(ENVELOPE)),
    accepted('another hint for the key', input({ ...ENVELOPE, signatures: [{ ...LINE, keyid: 'other' }] })),
    accepted(
      'another payload',
      input({
        ...ENVELOPE,
        payload: base64(long),
        signatures: [{ keyid: 'epoch-1', sig: base64(signer.sign(encoding(TYPE, long))) }],
      }),
    ),
  ];
}

function wrongShapes(): readonly Vector[] {
  const wrong = (name: string, envelope: JsonValue) => refusal(name, input(envelope), MALFORMED);
  const { payload: _, ...noPayload } = ENVELOPE;
  const signatures = (...lines: readonly JsonValue[]) => ({ ...ENVELOPE, signatures: lines });
  return [
    wrong('null', null),
    wrong('a list', [ENVELOPE]),
    wrong('a text', JSON.stringify(ENVELOPE)),
    wrong('no payload', noPayload),
    wrong('an empty payload', { ...ENVELOPE, payload: '' }),
    wrong('a payload that is an object', { ...ENVELOPE, payload: {} }),
    wrong('a payload without padding', { ...ENVELOPE, payload: base64(`${PAYLOAD} `).replaceAll('=', '') }),
    wrong('a payload with loose bits', { ...ENVELOPE, payload: looseBase64(base64(`${PAYLOAD} `)) }),
    wrong('a payload in the URL alphabet', { ...ENVELOPE, payload: '____' }),
    wrong('a member more', { ...ENVELOPE, x: 1 }),
    wrong('another type', { ...ENVELOPE, payloadType: 'application/json' }),
    wrong('the type in capitals', { ...ENVELOPE, payloadType: TYPE.toUpperCase() }),
    wrong('no signatures', signatures()),
    wrong('two signatures', signatures(LINE, LINE)),
    wrong('signatures that are an object', { ...ENVELOPE, signatures: LINE }),
    wrong('a signature without a hint', signatures({ sig: base64(SIGNATURE) })),
    wrong('an empty hint', signatures({ ...LINE, keyid: '' })),
    wrong('a member more in the signature', signatures({ ...LINE, alg: 'none' })),
    wrong('a signature of 63 bytes', signatures({ ...LINE, sig: base64(SIGNATURE.subarray(1)) })),
    wrong('an empty signature', signatures({ ...LINE, sig: '' })),
    wrong('a signature in hexadecimal', signatures({ ...LINE, sig: hex(SIGNATURE) })),
    wrong('a signature with loose bits', signatures({ ...LINE, sig: looseBase64(base64(SIGNATURE)) })),
  ];
}

function wrongSignatures(): readonly Vector[] {
  const signed = (name: string, signature: Uint8Array) =>
    refusal(name, input({ ...ENVELOPE, signatures: [{ ...LINE, sig: base64(signature) }] }), INVALID);
  return [
    ...[0, 255, 256, 511].map((bit) => signed(`bit ${bit} of the signature`, flipped(SIGNATURE, bit))),
    signed('over the payload alone', signer.sign(PAYLOAD)),
    signed('over the payload in base64', signer.sign(encoding(TYPE, base64(PAYLOAD)))),
    signed('over another type', signer.sign(encoding('application/json', PAYLOAD))),
    signed('of another key', testSigner('receipts.example/other').sign(encoding(TYPE, PAYLOAD))),
    refusal('a space more in the payload', input({ ...ENVELOPE, payload: base64(`${PAYLOAD} `) }), INVALID),
  ];
}
