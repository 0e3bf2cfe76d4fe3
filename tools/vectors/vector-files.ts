import { canonicalVectors } from './canonical-vectors.ts';
import { checkpointVectors } from './checkpoint-vectors.ts';
import { cosignatureVectors } from './cosignature-vectors.ts';
import { envelopeVectors, preAuthVectors } from './dsse-vectors.ts';
import { entryVectors } from './entry-vectors.ts';
import { logProofVectors } from './log-proof-vectors.ts';
import { consistencyVectors, inclusionVectors } from './merkle-vectors.ts';
import { noteVectors } from './note-vectors.ts';
import { receiptVectors } from './receipt-vectors.ts';
import { tileVectors } from './tile-bytes-vectors.ts';
import { entryBundleVectors, tilePathVectors } from './tile-vectors.ts';
import { formatVectors } from './vector-file.ts';
import { vkeyVectors } from './vkey-vectors.ts';
import { witnessVectors } from './witness-vectors.ts';

/** Every file of vectors: its name, and its text, which is the same whenever and wherever it is made. */
export function vectorFiles(): ReadonlyMap<string, string> {
  const files = [
    vkeyVectors(),
    noteVectors(),
    checkpointVectors(),
    cosignatureVectors(),
    logProofVectors(),
    inclusionVectors(),
    consistencyVectors(),
    tilePathVectors(),
    entryBundleVectors(),
    canonicalVectors(),
    entryVectors(),
    preAuthVectors(),
    envelopeVectors(),
    receiptVectors(),
    witnessVectors(),
    tileVectors(),
  ];
  return new Map(files.map((file) => [`${file.kind}.json`, formatVectors(file)]));
}
