import { consistencyProof } from './merkle-proof.ts';
import type { TreeFormat } from './ports.ts';
import { appendEntries, EMPTY_EDGE, edgePaths, edgeRoot, readEdge } from './tree-edge.ts';

/** The log's tree: C2SP tlog-tiles of height 8 over the entries of ledger rows. */
export const tiledTree: TreeFormat = {
  emptyEdge: EMPTY_EDGE,
  entryOf: (row) => row.entry,
  appendEntries,
  edgePaths,
  readEdge,
  edgeRoot,
  consistencyProof,
};
