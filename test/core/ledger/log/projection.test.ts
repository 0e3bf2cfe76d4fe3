import { describe, expect, it } from 'vitest';
import type { ChainedEvent } from '../../../../core/ledger/event.ts';
import type { PublishedHead } from '../../../../core/ledger/log/ports.ts';
import { projectHead } from '../../../../core/ledger/log/projection.ts';
import { appendEntries, EMPTY_EDGE } from '../../../../core/ledger/log/tree-edge.ts';
import { AGENT_CHAIN, plainChain } from '../sample-log.ts';

const TIME_SECONDS = Date.UTC(2026, 10, 22) / 1_000;
const NOTE = [
  'log.example\n1\nroot\n',
  '\u2014 log.example AAAAAAE=',
  '\u2014 two.example AAAAAAI=',
  '\u2014 one.example AAAAAAM=',
  '\u2014 one.example AAAAAAQ=\n',
].join('\n');

/** The head after `old` and then `added` were taken in, published after the head of `old` alone. */
function headOf(old: readonly ChainedEvent[], added: readonly ChainedEvent[], note = NOTE): PublishedHead {
  const entries = (events: readonly ChainedEvent[]) => events.map(({ entry }) => entry);
  const before = appendEntries(EMPTY_EDGE, entries(old)).edge;
  const { edge, root, files } = appendEntries(before, entries(added));
  const rootHex = Buffer.from(root).toString('hex');
  const bytes = new TextEncoder().encode(note);
  return { size: edge.size, rootHex, timeSeconds: TIME_SECONDS, previousSize: before.size, note: bytes, files };
}

/** The lines of each file by the folder it is in. */
function linesOf(head: PublishedHead): { readonly [folder: string]: readonly unknown[] } {
  const name = `${String(head.size).padStart(16, '0')}-${head.rootHex}.jsonl`;
  return Object.fromEntries(
    projectHead(head).map(({ path, bytes }) => {
      expect(path.endsWith(`/${name}`)).toBe(true);
      const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
      return [path.slice(0, -name.length - 1), lines.map((line): unknown => JSON.parse(line))];
    }),
  );
}

describe('projectHead', () => {
  it('says which events the new leaves hold, by their date, when chains change in between', () => {
    const [agent, control] = [plainChain(AGENT_CHAIN, 5), plainChain('control', 3)];
    const head = headOf([...agent.slice(0, 2), ...control.slice(0, 1)], [...agent.slice(2), ...control.slice(1)]);
    const common = { size: 8, root: head.rootHex, time: '2026-11-22T00:00:00.000Z' };
    // The sample's third event is the first of a new date.
    expect(linesOf(head)).toEqual({
      'projection/checkpoints/dt=2026-11-22': [
        {
          ...common,
          first_index: 3,
          leaf_count: 5,
          origin: 'log.example',
          cosigners: 2,
          cosigner_names: ['one.example', 'two.example'],
        },
      ],
      'projection/ranges/dt=2026-11-20': [{ ...common, chain: 'control', first_seq: 1, first_index: 6, leaf_count: 1 }],
      'projection/ranges/dt=2026-11-21': [
        { ...common, chain: AGENT_CHAIN, first_seq: 2, first_index: 3, leaf_count: 3 },
        { ...common, chain: 'control', first_seq: 2, first_index: 7, leaf_count: 1 },
      ],
    });
  });

  it('goes on over the borders of bundles', () => {
    const events = plainChain(AGENT_CHAIN, 700);
    const { 'projection/ranges/dt=2026-11-21': lines } = linesOf(headOf(events.slice(0, 200), events.slice(200)));
    expect(lines).toMatchObject([{ first_seq: 200, first_index: 200, leaf_count: 500 }]);
  });

  it('is the same when a larger batch of the same head was staged', () => {
    const events = plainChain(AGENT_CHAIN, 600);
    const later = headOf(events.slice(0, 500), events.slice(500));
    const { files } = headOf([], events);
    expect(projectHead({ ...later, files })).toEqual(projectHead(later));
  });

  it('leaves out an entry that is none of an event, and breaks the range there', () => {
    const events = plainChain(AGENT_CHAIN, 5);
    const [first, , ...rest] = events.map(({ entry }) => entry);
    const { files } = appendEntries(EMPTY_EDGE, [first ?? Buffer.of(), Buffer.from('{}'), ...rest]);
    const head = { ...headOf([], events), files };
    expect(linesOf(head)['projection/ranges/dt=2026-11-21']).toMatchObject([{ first_seq: 2, leaf_count: 3 }]);
    expect(linesOf(head)['projection/ranges/dt=2026-11-20']).toMatchObject([{ first_seq: 0, leaf_count: 1 }]);
  });

  it('names no cosigner when the note cannot be read', () => {
    const events = plainChain(AGENT_CHAIN, 1);
    expect(linesOf(headOf([], events, 'no note'))['projection/checkpoints/dt=2026-11-22']).toMatchObject([
      { cosigners: 0, cosigner_names: [] },
    ]);
  });
});
