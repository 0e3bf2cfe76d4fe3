import type { AthenaQueries } from '../../aws/athena-queries.ts';
import type { ChainHeads } from '../../core/ledger/heads.ts';
import { AUDIT_DATABASE } from './audit-target.ts';

/** One chain: how many events a query sees and how many its head says there are. */
export interface ChainCount {
  readonly chain: string;
  readonly queried: number;
  readonly expected: number;
  readonly agrees: boolean;
}

/** Gives the head of a chain from outside the archive. */
export type HeadReader = (chain: string) => Promise<number>;

const COUNTS = 'SELECT chain, COUNT(*) AS events FROM events GROUP BY chain';

/**
 * Compares what queries see with what the ledger holds, chain by chain, so that an incomplete table is not mistaken
 * for a complete one. Archiving lags the ledger by seconds: a chain that is being written can differ for that long.
 *
 * @param known chains to compare besides those a query sees
 */
export async function crossCheck(
  athena: AthenaQueries,
  readHead: HeadReader,
  known: Iterable<string>,
): Promise<readonly ChainCount[]> {
  const { rows } = await athena.run(COUNTS, AUDIT_DATABASE);
  const queried = new Map(rows.map(([chain = '', events]) => [chain, Number(events)]));
  const chains = [...new Set([...queried.keys(), ...known])].sort();
  const counts: ChainCount[] = [];
  for (const chain of chains) {
    const expected = await readHead(chain);
    const seen = queried.get(chain) ?? 0;
    counts.push({ chain, queried: seen, expected, agrees: seen === expected });
  }
  return counts;
}

/** Reads heads from a file that was noted earlier. */
export function headsReader(heads: ChainHeads): HeadReader {
  return async (chain) => heads.get(chain)?.nextSeq ?? 0;
}
