import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openNote } from '../../core/ledger/log/note.ts';
import { StorageFault } from '../../core/state/entities.ts';
import { httpWitnesses, QuorumMissing } from '../../net/witness-client.ts';
import type { WitnessProblem } from '../../net/witness-problem.ts';
import { cosignatureLine, newWitness, signedCheckpoint } from '../core/ledger/log/log-keys.ts';
import {
  askAll,
  type Behaviour,
  cosigning,
  lineOf,
  log,
  NOTE,
  NOW_SECONDS,
  SIZE,
  sizeAnswer,
  twoOfThree,
  witnesses,
} from './fake-witnesses.ts';

const HONEST = [cosigning(0), cosigning(1), cosigning(2)];
const status =
  (code: number): Behaviour =>
  () =>
    new Response('no', { status: code });
const body =
  (text: string | Uint8Array<ArrayBuffer>): Behaviour =>
  () =>
    new Response(text);

describe('httpWitnesses', () => {
  it('gives every witness’s verified line when all cosign', async () => {
    const { lines, asked, proofSizes, problems } = askAll(HONEST);
    const note = `${NOTE}${(await lines).join('')}`;
    const opened = openNote(note, [log.key, ...witnesses.map(({ key }) => key)]);
    expect(opened.ok && opened.value.verified.map(({ key, timeSeconds }) => [key.name, timeSeconds])).toEqual([
      [log.key.name, undefined],
      ['a.example', NOW_SECONDS],
      ['b.example', NOW_SECONDS],
      ['c.example', NOW_SECONDS],
    ]);
    expect(asked).toContainEqual({ url: 'https://a.example/w/add-checkpoint', oldSize: 4, proof: 4 });
    expect(proofSizes).toEqual([4]);
    expect(problems).toEqual([]);
  });

  it('keeps the known key’s line alone when the answer holds lines of others too', async () => {
    const stranger = cosignatureLine(newWitness('stranger.example'), NOTE, NOW_SECONDS);
    const { lines } = askAll([({ note }) => new Response(stranger + lineOf(0, note) + stranger), ...HONEST.slice(1)]);
    expect((await lines)[0]).toBe(lineOf(0, NOTE));
  });

  it.each([
    ['a smaller size', 2],
    ['no tree yet', 0],
    ['this very size', SIZE],
    ['a larger size than was published', 7],
  ])('asks again with a proof from there when a witness knows %s', async (_what, known) => {
    const behaviour: Behaviour = (asked) =>
      asked.oldSize === known ? new Response(lineOf(1, asked.note)) : sizeAnswer(known);
    const { lines, asked, problems } = askAll([cosigning(0), behaviour, status(500)]);
    expect(await lines).toEqual([lineOf(0, NOTE), lineOf(1, NOTE)]);
    expect(
      asked.filter(({ url }) => url.startsWith('https://b')).map(({ oldSize, proof }) => [oldSize, proof]),
    ).toEqual([
      [4, 4],
      [known, known],
    ]);
    expect(problems.map(({ code }) => code)).toEqual(['answer_invalid']);
  });

  const other = signedCheckpoint(log, SIZE, new Uint8Array(32).fill(8));
  const longer = `${NOTE.slice(0, NOTE.lastIndexOf('\n\n'))}\n\nmore\n\n`;
  const faults: readonly (readonly [string, Behaviour, string, boolean])[] = [
    ['knows a larger tree', () => sizeAnswer(SIZE + 1), 'larger_tree', true],
    ['knows another root and says 409', sameSize(status(409)), 'other_root', true],
    ['knows another root and says 409 with the size', () => sizeAnswer(SIZE), 'other_root', true],
    ['knows another root and says 422', sameSize(status(422)), 'other_root', true],
    ['refuses the proof', status(422), 'proof_refused', true],
    ['does not know the log', status(404), 'unknown_origin', true],
    ['does not know the log’s key', status(403), 'signature_refused', true],
    ['does not understand', status(400), 'answer_invalid', false],
    ['is overloaded', status(429), 'answer_invalid', false],
    ['answers 200 with nothing', body(''), 'cosignature_invalid', false],
    ['answers with a page', body('<html>hello</html>\n'), 'cosignature_invalid', false],
    ['answers with broken UTF-8', body(Uint8Array.of(0xff, 0xfe, 0x0a)), 'cosignature_invalid', false],
    ['signs with another witness’s key', cosigning(1), 'cosignature_invalid', false],
    ['signs another checkpoint', () => new Response(lineOf(0, other)), 'cosignature_invalid', false],
    ['sends another checkpoint along', () => new Response(`${NOTE}\n${lineOf(0, NOTE)}`), 'cosignature_invalid', false],
    [
      'signs more than the checkpoint',
      () => new Response(`more\n\n${lineOf(0, longer)}`),
      'cosignature_invalid',
      false,
    ],
    [
      'puts a bad line beside a good one',
      ({ note }) => new Response(lineOf(0, note) + lineOf(0, other)),
      'cosignature_invalid',
      false,
    ],
    ['sends an unfinished line', ({ note }) => new Response(lineOf(0, note).trimEnd()), 'cosignature_invalid', false],
    ['has a clock that is behind', cosigning(0, NOW_SECONDS - 301), 'cosignature_time', false],
    ['has a clock that is ahead', cosigning(0, NOW_SECONDS + 301), 'cosignature_time', false],
    ['answers at too great length', body('x'.repeat(16 * 1_024 + 1)), 'answer_invalid', false],
    ['says the same size again', (asked) => sizeAnswer(asked.oldSize), 'answer_invalid', false],
    ['says another size every time', (asked) => sizeAnswer(asked.oldSize - 1), 'answer_invalid', false],
    ['says a size that is none', () => sizeAnswer('04'), 'answer_invalid', false],
    ['says 409 in another type', () => new Response('2\n', { status: 409 }), 'answer_invalid', false],
    ['cannot be connected to', () => Promise.reject(new TypeError('fetch failed')), 'unreachable', false],
  ];

  /** Sends a client on to this size, and only then refuses. */
  function sameSize(then: Behaviour): Behaviour {
    return (asked) => (asked.oldSize === SIZE ? then(asked) : sizeAnswer(SIZE));
  }

  it.each(faults)(
    'goes on without a witness that %s when the others are enough',
    async (_what, fault, code, isAlarm) => {
      const { lines, problems } = askAll([fault, ...HONEST.slice(1)]);
      expect(await lines).toEqual([lineOf(1, NOTE), lineOf(2, NOTE)]);
      expect(problems).toMatchObject([{ witness: 'a.example', code, isAlarm }]);
    },
  );

  it.each(faults)('throws when one witness cannot be reached and another %s', async (_what, fault, code) => {
    const { lines } = askAll([fault, status(503), cosigning(2)]);
    const error = await lines.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageFault);
    expect(error instanceof QuorumMissing && error.problems.map((problem) => problem.code)).toEqual([
      code,
      'answer_invalid',
    ]);
  });

  it.each<readonly [string, Behaviour, number]>([
    ['says another size every time', (asked) => sizeAnswer(asked.oldSize - 1), 3],
    ['says a size in another type', () => new Response('2\n', { status: 409 }), 1],
    ['knows a larger tree', () => sizeAnswer(SIZE + 1), 1],
    ['refuses the proof', status(422), 1],
  ])('asks no more often than may help when a witness %s', async (_what, behaviour, times) => {
    const { lines, asked } = askAll([behaviour, ...HONEST.slice(1)]);
    await lines;
    expect(asked.filter(({ url }) => url.startsWith('https://a'))).toHaveLength(times);
  });

  it('takes a cosignature as far off as the skew allows and no further when its time is checked', async () => {
    const { lines } = askAll([cosigning(0, NOW_SECONDS - 300), cosigning(1, NOW_SECONDS + 300), status(500)]);
    expect(await lines).toHaveLength(2);
  });

  it('gives a witness up when it does not answer in time', async () => {
    const silent: Behaviour = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { lines, problems } = askAll([silent, ...HONEST.slice(1)], { timeoutMs: 1 });
    expect(await lines).toHaveLength(2);
    expect(problems).toMatchObject([{ witness: 'a.example', code: 'unreachable' }]);
  });

  it('asks the others all the same when a proof cannot be made for one', async () => {
    const { lines, problems } = askAll([() => sizeAnswer(2), ...HONEST.slice(1)], { noProofFrom: 2 });
    expect(await lines).toHaveLength(2);
    expect(problems).toMatchObject([{ witness: 'a.example', code: 'proof_unavailable', isAlarm: false }]);
  });

  it('follows no redirect when a witness sends one', async () => {
    const paths: (string | undefined)[] = [];
    const codes = await askServer((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(codes).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(paths.sort()).toEqual(['a', 'b', 'c'].map((name) => `/${name}.example/add-checkpoint`));
  });

  it('gives a witness up when its answer does not end in time', async () => {
    const codes = await askServer((_request, response) => void response.writeHead(200).write('— a.example'), 50);
    expect(codes).toEqual(['unreachable', 'unreachable', 'unreachable']);
  });

  it('reads no more of an answer than it takes', async () => {
    const codes = await askServer((_request, response) => {
      const more = () => void (response.write('x'.repeat(4_096)) ? setImmediate(more) : response.once('drain', more));
      more();
    });
    expect(codes).toEqual(['answer_invalid', 'answer_invalid', 'answer_invalid']);
  });
});

/** Has a server on loopback play all three witnesses; what went wrong with each. */
async function askServer(listener: RequestListener, timeoutMs = 60_000): Promise<readonly string[]> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const endpoints = witnesses.map(({ key }) => ({ key, url: `http://127.0.0.1:${address.port}/${key.name}` }));
  const codes: string[] = [];
  const clock = { nowMs: () => NOW_SECONDS * 1_000 };
  const onProblem = ({ code }: WitnessProblem) => codes.push(code);
  const client = httpWitnesses({ policy: twoOfThree(), endpoints, clock, onProblem, timeoutMs });
  await expect(client.cosign(0, async () => [], new TextEncoder().encode(NOTE))).rejects.toThrow(QuorumMissing);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  return codes;
}
