import { differs } from '../cli/policy/coverage/check.ts';
import type { CheckCode } from '../core/ledger/verify-report.ts';
import type { Archive, Lines } from './archive-scene.ts';
import {
  ALPHA,
  BETA,
  edited,
  events,
  failedChecks,
  honestArchive,
  keyOf,
  linesOf,
  notedHeads,
  relabelled,
  withObjects,
} from './archive-scene.ts';
import type { Attack, AttackGroup } from './attack.ts';

/** Attacks by whoever can rewrite the archive, found by verifying it with heads that were noted elsewhere. */
export function archiveAttacks(): AttackGroup {
  return { name: 'the archive', attacks: [...rowAttacks(), ...chainAttacks(), ...headAttacks()] };
}

const FIRST = keyOf(ALPHA);
const SECOND = keyOf(ALPHA, 4);

/** An attack whose honest variant is another archive, which must verify. */
function attack(name: string, check: CheckCode, forged: () => Archive, honest: () => Archive = honestArchive): Attack {
  return {
    name,
    mount: 'archive',
    caughtBy: [check],
    attempt: () => failedChecks(forged(), notedHeads()),
    honest: async () => differs([], await failedChecks(honest(), notedHeads())),
  };
}

/** The first segment's lines, changed. */
function firstSegment(change: (lines: Lines) => Lines): Archive {
  return withObjects({ [FIRST]: change(honestArchive().get(FIRST) ?? []) });
}

function rowAttacks(): readonly Attack[] {
  return [
    attack('edited row', 'event_prev', () =>
      firstSegment((lines) => lines.with(1, edited(lines[1], 'asked', 'agreed'))),
    ),
    attack('deleted row', 'event_seq', () => firstSegment((lines) => lines.toSpliced(1, 1))),
    attack('reordered rows', 'event_seq', () =>
      firstSegment(([first, second, third, fourth]) =>
        [first, third, second, fourth].filter((line) => line !== undefined),
      ),
    ),
    attack('repeated row', 'event_seq', () =>
      firstSegment((lines) => [...lines.slice(0, 2), ...lines.slice(1, 2), ...lines.slice(2)]),
    ),
    attack('non-canonical bytes', 'canonical_form', () =>
      firstSegment((lines) => lines.with(1, edited(lines[1], '"seq":1', '"seq": 1'))),
    ),
    attack('duplicate key', 'canonical_form', () =>
      firstSegment((lines) => lines.with(1, edited(lines[1], '"seq":1', '"seq":9,"seq":1'))),
    ),
  ];
}

function chainAttacks(): readonly Attack[] {
  const alpha = events();
  const grown = linesOf(events({ count: 7 }));
  const next = { seq: alpha.length, prev: alpha.at(-1)?.hash };
  const appended = (line: Uint8Array) => withObjects({ [SECOND]: [...linesOf(alpha).slice(4), line] });
  const growth = () => withObjects({ [SECOND]: grown.slice(4) });
  return [
    attack('replayed event', 'event_id', () => appended(relabelled(alpha[2]?.bytes, next)), growth),
    attack('spliced event', 'event_chain', () => appended(relabelled(events({ chain: BETA })[2]?.bytes, next)), growth),
    attack(
      'back-dated event',
      'event_time',
      () => appended(relabelled(grown[6], { time: alpha[0] && timeOf(alpha[0].bytes) })),
      growth,
    ),
    attack(
      'second successor',
      'segment_overlap',
      () => withObjects({ [keyOf(ALPHA, 5)]: linesOf(events({ reason: 'otherwise', firstId: 100 })).slice(5) }),
      () => withObjects({ [keyOf(ALPHA, 6)]: grown.slice(6) }),
    ),
    attack('deleted segment', 'segment_missing', () => withObjects({ [FIRST]: undefined })),
  ];
}

function timeOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes)).time;
}

/** What only a head that was noted elsewhere shows. */
function headAttacks(): readonly Attack[] {
  const lines = honestArchive().get(SECOND) ?? [];
  const rewritten = linesOf(events({ reason: 'as never asked' }));
  const forgeries: { readonly [name: string]: () => Archive } = {
    'cut tail': () => withObjects({ [SECOND]: undefined }),
    'edited last row': () => withObjects({ [SECOND]: lines.with(1, edited(lines[1], 'asked', 'agreed')) }),
    'deleted chain': () => withObjects({ [keyOf(BETA)]: undefined }),
    'rewritten chain': () => withObjects({ [FIRST]: rewritten.slice(0, 4), [SECOND]: rewritten.slice(4) }),
  };
  return Object.entries(forgeries).map(([name, forged]) => ({
    ...attack(name, 'chain_head', forged),
    mutation: {
      off: 'no heads noted elsewhere',
      reaches: async () => (await failedChecks(forged())).length === 0,
    },
  }));
}
