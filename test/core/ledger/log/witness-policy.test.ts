import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatVerifierKey } from '../../../../core/ledger/log/note.ts';
import { cosignersOf, parseWitnessPolicy, quorumMet } from '../../../../core/ledger/log/witness-policy.ts';
import { newLog, newWitness, noteSigner } from './log-keys.ts';

const log = newLog('log.example/ledger');
const x1 = newWitness('x1.example');
const x2 = newWitness('x2.example');
const x3 = newWitness('x3.example');
const y1 = newWitness('y1.example');
const y2 = newWitness('y2.example');
const HEAD = `log ${log.vkey}\nwitness X1 ${x1.vkey}\nwitness X2 ${x2.vkey}\nwitness X3 ${x3.vkey}\n`;
const TWO_LEVELS = `${HEAD}group X 2 X1 X2 X3
# another operator
\twitness  Y1 ${y1.vkey}\thttps://y1.example/w/  
witness Y2 ${y2.vkey}
group Y any Y1 Y2

group X-and-Y all X Y
quorum X-and-Y
`;

function policyOf(text: string) {
  const parsed = parseWitnessPolicy(text);
  if (!parsed.ok) throw new Error(`line ${parsed.problem.line}: ${parsed.problem.detail}`);
  return parsed.value;
}

describe('a witness policy', () => {
  it('names its logs and witnesses in order, with their URLs, when read', () => {
    const policy = policyOf(TWO_LEVELS);
    expect(policy.logs).toEqual([{ key: log.key }]);
    expect(policy.witnesses.map(({ name, url }) => [name, url])).toEqual([
      ['X1', undefined],
      ['X2', undefined],
      ['X3', undefined],
      ['Y1', 'https://y1.example/w/'],
      ['Y2', undefined],
    ]);
    expect(cosignersOf(policy).keys).toEqual([x1, x2, x3, y1, y2].map(({ key }) => key));
  });

  it.each([
    ['two of the first group and one of the second', [x1, x3, y2], true],
    ['everybody', [x1, x2, x3, y1, y2], true],
    ['one of the first group', [x1, y1, y2], false],
    ['nobody of the second group', [x1, x2, x3], false],
    ['one witness three times', [x1, x1, x1, y1], false],
    ['nobody', [], false],
  ])('asks for both groups when %s cosigned', (_who, signers, isEnough) => {
    const verified = signers.map(({ key }) => key);
    expect(quorumMet(policyOf(TWO_LEVELS), verified)).toBe(isEnough);
    expect(cosignersOf(policyOf(TWO_LEVELS)).isMetBy(verified)).toBe(isEnough);
  });

  it('counts no key of another witness, name or type when cosignatures are verified', () => {
    const policy = policyOf(`witness w ${x1.vkey}\nquorum w\n`);
    expect(quorumMet(policy, [x1.key])).toBe(true);
    expect(quorumMet(policy, [x2.key])).toBe(false);
    expect(quorumMet(policy, [{ ...x1.key, name: 'other.example' }])).toBe(false);
    expect(quorumMet(policy, [{ ...x1.key, type: 1 }])).toBe(false);
  });

  it('asks for nobody when its quorum is none', () => {
    expect(quorumMet(policyOf('quorum none'), [])).toBe(true);
  });

  it('is met by exactly k of n when it is one flat group', () => {
    const witnesses = Array.from({ length: 6 }, (_, index) => newWitness(`w${index}.example`));
    const lines = witnesses.map(({ vkey }, index) => `witness w${index} ${vkey}\n`).join('');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.subarray(witnesses), (k, signers) => {
        const policy = policyOf(`${lines}group g ${k} w0 w1 w2 w3 w4 w5\nquorum g\n`);
        const verified = signers.map(({ key }) => key);
        return quorumMet(policy, verified) === signers.length >= k;
      }),
    );
  });
});

const renamed = formatVerifierKey('renamed.example', 4, x1.key.publicKey);
const own = formatVerifierKey(log.key.name, 4, log.key.publicKey);
const unknownType = noteSigner('w.example', 6).vkey;

describe('parseWitnessPolicy', () => {
  it.each([
    ['no quorum', HEAD, 0, '`quorum`'],
    ['nothing', '', 0, '`quorum`'],
    ['two quorum lines', 'quorum none\nquorum none\n', 2, 'got another'],
    ['a quorum of an unknown name', 'quorum w\n', 1, 'got `w`'],
    ['a quorum before its group', `${HEAD}quorum g\ngroup g any X1\n`, 5, 'got `g`'],
    ['a quorum of two names', `${HEAD}quorum X1 X2\n`, 5, '`quorum <name>`'],
    ['an unknown word', 'quorum none\nwitnesses w\n', 2, 'got `witnesses`'],
    ['a word in capitals', 'QUORUM none\n', 1, 'got `QUORUM`'],
    ['a comment after an item', 'quorum none # nobody\n', 1, '`quorum <name>`'],
    ['a carriage return', 'quorum none\r\n', 1, 'control characters'],
    ['a no-break space between items', 'quorum\u00a0none\n', 1, 'got `quorum\u00a0none`'],
    ['a log without a key', 'log\n', 1, '`log <key> [<url>]`'],
    ['a log with three items', `log ${log.vkey} https://a b\n`, 1, '`log <key> [<url>]`'],
    ['a witness without a key', 'witness w\n', 1, '`witness <name> <key> [<url>]`'],
    ['a key whose id is wrong', `witness w ${x1.vkey.replace(/\+[0-9a-f]{8}/, '+00000000')}\n`, 1, 'verifier key'],
    ['a log’s key for a witness', `witness w ${log.vkey}\n`, 1, 'type 0x04'],
    ['a witness’s key for a log', `log ${x1.vkey}\n`, 1, 'type 0x01'],
    ['a key of a type not verified here', `witness w ${unknownType}\n`, 1, 'type 0x04'],
    ['one key under two names', `${HEAD}witness w ${renamed}\n`, 5, 'key once'],
    ['one log twice', `log ${log.vkey}\nlog ${log.vkey}\n`, 2, 'key once'],
    ['a witness with the log’s key', `${HEAD}witness w ${own}\n`, 5, 'key once'],
    ['one name twice', `${HEAD}witness X1 ${y1.vkey}\n`, 5, '`X1` again'],
    ['a group named as a witness', `${HEAD}group X1 any X2\n`, 5, '`X1` again'],
    ['a witness named none', `witness none ${x1.vkey}\n`, 1, '`none`'],
    ['a group named none', `${HEAD}group none any X1\n`, 5, '`none`'],
    ['a group of none', `${HEAD}group g any none\n`, 5, 'got `none`'],
    ['a group without members', `${HEAD}group g any\n`, 5, '`group <name>'],
    ['a group of itself', `${HEAD}group g any g\n`, 5, 'got `g`'],
    ['a group of a later name', `${HEAD}group g any h\ngroup h any X1\n`, 5, 'got `h`'],
    ['a member twice', `${HEAD}group g any X1 X1\n`, 5, '`X1` again'],
    ['a member of two groups', `${HEAD}group g any X1\ngroup h any X1\n`, 6, '`X1` again'],
    ['a threshold of 0', `${HEAD}group g 0 X1\n`, 5, 'got `0`'],
    ['a threshold above its members', `${HEAD}group g 3 X1 X2\n`, 5, 'got `3`'],
    ['a negative threshold', `${HEAD}group g -1 X1\n`, 5, 'got `-1`'],
    ['a hexadecimal threshold', `${HEAD}group g 0x1 X1\n`, 5, 'got `0x1`'],
    ['a threshold in capitals', `${HEAD}group g ALL X1\n`, 5, 'got `ALL`'],
    ['a Kelvin sign for a K', `witness K ${y1.vkey}\nquorum \u212a\n`, 2, 'got `\u212a`'],
  ])('names the line when a policy has %s', (_what, text, line, words) => {
    const parsed = parseWitnessPolicy(text);
    expect(parsed).toMatchObject({ ok: false, problem: { code: 'witness_policy_invalid', line } });
    expect(parsed.ok ? '' : parsed.problem.detail).toContain(words);
  });

  it('takes 32 of each and refuses one more when counted', () => {
    const witnesses = Array.from({ length: 33 }, (_, index) => `witness w${index} ${newWitness('w.example').vkey}\n`);
    const groups = Array.from(
      { length: 32 },
      (_, index) => `group g${index} any ${index === 0 ? 'w0' : `g${index - 1}`}\n`,
    );
    const full = `${witnesses.slice(0, 32).join('')}${groups.join('')}`;
    expect(parseWitnessPolicy(`${full}quorum g31\n`).ok).toBe(true);
    expect(parseWitnessPolicy(`${full}group g32 any g31\nquorum g32\n`)).toMatchObject({ problem: { line: 65 } });
    expect(parseWitnessPolicy(`${witnesses.join('')}quorum w0\n`)).toMatchObject({ problem: { line: 33 } });
  });
});
