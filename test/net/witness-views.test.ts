import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { askViews } from '../../net/witness-views.ts';
import { newLog, signedCheckpoint } from '../core/ledger/log/log-keys.ts';
import { lineOf, log, NOTE, SIZE, twoOfThree, witnesses } from './fake-witnesses.ts';

const ORIGIN = log.key.name;
const OTHER = signedCheckpoint(newLog('other.example/log'), SIZE, new Uint8Array(32));
const shownBy = (index: number, note = NOTE) => `${note}${lineOf(index, note)}`;
type Answer = () => Response | Promise<Response>;
const answer =
  (text: string, status = 200): Answer =>
  () =>
    new Response(text, { status });
const HONEST = [0, 1, 2].map((index) => answer(shownBy(index)));

/** Asks witnesses `a`, `b` and `c` behind a fetch that never leaves the process. */
async function ask(answers: readonly Answer[], policy = twoOfThree()) {
  const urls: string[] = [];
  const outcome = await askViews(policy, ORIGIN, {
    fetch: async (input) => {
      urls.push(String(input));
      const found = answers[witnesses.findIndex(({ key }) => String(input).startsWith(`https://${key.name}/`))];
      if (found === undefined) throw new Error(`expected no request to ${String(input)}`);
      return found();
    },
  });
  return { ...outcome, urls };
}

describe('askViews', () => {
  it('gives every witness’s note, asked for by the hash of the log’s name, when all answer', async () => {
    const { views, problems, isEnough, urls } = await ask(HONEST);
    expect(views).toEqual(witnesses.map(({ key }, index) => ({ name: key.name, note: shownBy(index) })));
    expect([problems, isEnough]).toEqual([[], true]);
    expect(urls).toEqual(witnesses.map(({ key }) => `https://${key.name}/w/${sha256Hex(ORIGIN)}/checkpoint`));
  });

  it.each<readonly [string, Answer, string]>([
    ['has another’s signature', answer(shownBy(1)), 'cosignature_invalid'],
    ['has the log’s signature alone', answer(NOTE), 'cosignature_invalid'],
    ['has a signature of another text', answer(`${NOTE}${lineOf(0, OTHER)}`), 'cosignature_invalid'],
    ['is of another log', answer(shownBy(0, OTHER)), 'answer_invalid'],
    ['is a page', answer('<html>hello</html>\n'), 'cosignature_invalid'],
    ['is too long', answer('x'.repeat(16 * 1_024 + 1)), 'answer_invalid'],
    ['is that it does not know the log', answer('no', 404), 'unknown_origin'],
    ['is a failure', answer(shownBy(0), 500), 'answer_invalid'],
    ['does not come', () => Promise.reject(new TypeError('fetch failed')), 'unreachable'],
  ])('leaves a witness out, and says why, when its answer %s', async (_what, bad, code) => {
    const { views, problems, isEnough } = await ask([bad, ...HONEST.slice(1)]);
    expect(views.map(({ name }) => name)).toEqual(['b.example', 'c.example']);
    expect(problems).toMatchObject([{ witness: 'a.example', code }]);
    expect(isEnough).toBe(true);
    const two = [bad, answer('', 500), ...HONEST.slice(2)];
    expect((await ask(two)).isEnough).toBe(false);
  });

  it('says that it is not enough when nobody can be asked, also where the policy asks for nobody', async () => {
    const policy = { ...twoOfThree(), quorum: { kind: 'none' } } as const;
    expect(await ask(HONEST, { ...policy, witnesses: [] })).toMatchObject({ isEnough: false, urls: [] });
    const silent = policy.witnesses.map(({ name, key }, index) => ({
      name,
      key,
      ...(index > 0 && { url: 'ftp://x' }),
    }));
    const { problems, urls } = await ask(HONEST, { ...policy, witnesses: silent });
    expect(problems.map(({ code }) => code)).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(urls).toEqual([]);
  });

  it('follows no redirect and waits no longer than told when a witness is a server', async () => {
    const paths: (string | undefined)[] = [];
    const redirected = await askServer((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(redirected).toEqual(['unreachable']);
    expect(paths).toEqual([`/${sha256Hex(ORIGIN)}/checkpoint`]);
    expect(await askServer((_request, response) => void response.writeHead(200).write('never'), 50)).toEqual([
      'unreachable',
    ]);
  });
});

/** Has a server on loopback play the first witness; what went wrong with it. */
async function askServer(listener: RequestListener, timeoutMs = 60_000): Promise<readonly string[]> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  const policy = twoOfThree();
  const [first] = policy.witnesses;
  if (first === undefined) throw new Error('expected a witness');
  const alone = { ...policy, witnesses: [{ ...first, url: `http://127.0.0.1:${address.port}` }] };
  const { problems } = await askViews(alone, ORIGIN, { timeoutMs });
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  return problems.map(({ code }) => code);
}
