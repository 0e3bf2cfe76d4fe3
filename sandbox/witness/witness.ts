import type { Checkpoint } from '../../core/ledger/log/checkpoint.ts';
import { parseCheckpointBody } from '../../core/ledger/log/checkpoint.ts';
import { emptyRoot } from '../../core/ledger/log/merkle.ts';
import { verifyConsistency } from '../../core/ledger/log/merkle-proof.ts';
import type { VerifierKey } from '../../core/ledger/log/note.ts';
import { formatNote, openNote, parseNote } from '../../core/ledger/log/note.ts';
import { parseAddCheckpoint } from '../../core/ledger/log/witness-request.ts';
import { sameBytes } from '../../core/ledger/same-bytes.ts';
import type { Clock } from '../../core/ports.ts';
import type { ViewStore } from './view-store.ts';
import type { WitnessKey } from './witness-key.ts';

/** What a witness answers. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

/** What a witness is made of. */
export interface WitnessParts {
  readonly key: WitnessKey;
  /** Keys of the logs it knows; a key's name is its log's origin, and a log may have several. */
  readonly logs: readonly VerifierKey[];
  readonly views: ViewStore;
  readonly clock: Clock;
}

/**
 * Cosigns checkpoints that extend the one it cosigned before (C2SP tlog-witness v1.0.0, the `add-checkpoint` call). From
 * reading the view to having the new one on disk nothing else can run: there is no asynchronous step between, and a
 * state folder belongs to one process.
 */
export class Witness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /**
   * Answers a request's body.
   *
   * @throws {Error} when the view cannot be read, or is not one it signed, or the new one could not be kept: nothing is
   * cosigned then
   */
  addCheckpoint(body: string): WitnessAnswer {
    const { logs, views } = this.#parts;
    const request = parseAddCheckpoint(body);
    if (!request.ok) return plain(400, `expected ${request.problem.expected}`);
    const { oldSize, proof, note } = request.value;
    const parsed = parseNote(note);
    if (!parsed.ok) return plain(400, 'expected a signed note');
    const checkpoint = parseCheckpointBody(parsed.value.text);
    if (!checkpoint.ok) return plain(400, `expected ${checkpoint.problem.expected}`);
    const { origin, size, root } = checkpoint.value;
    const keys = logs.filter(({ name }) => name === origin);
    if (keys.length === 0) return plain(404, 'unknown origin');
    if (!openNote(note, keys).ok) return plain(403, 'expected a signature of the log, and no bad one');
    if (oldSize > size) return plain(400, `expected an old size up to ${size}, got ${oldSize}`);
    const view = this.#lastCosigned(views.read(origin));
    if (oldSize !== view.size) return { status: 409, contentType: 'text/x.tlog.size', body: `${view.size}\n` };
    if (size === view.size && !sameBytes(root, view.root)) return plain(409, `size ${size} has another root`);
    const claim = { fromSize: view.size, fromRoot: view.root, toSize: size, toRoot: root, proof };
    if (!verifyConsistency(claim)) return plain(422, `the proof from size ${oldSize} does not verify`);
    return this.#cosign(note, keys, origin);
  }

  /** The last checkpoint it cosigned for an origin, given by the origin's SHA-256 in hexadecimal. */
  view(originHash: string): string | undefined {
    return this.#parts.views.readByHash(originHash);
  }

  #cosign(note: string, keys: readonly VerifierKey[], origin: string): WitnessAnswer {
    const { key, views, clock } = this.#parts;
    const { text, signatures } = expected(parseNote(note));
    const line = key.cosign(text, Math.floor(clock.nowMs() / 1_000));
    const known = signatures.filter(({ name, keyId }) => keys.some((log) => log.name === name && log.keyId === keyId));
    views.write(origin, formatNote(text, [...known.map((signature) => signature.line), line]));
    return plain(200, line);
  }

  #lastCosigned(view: string | undefined): Pick<Checkpoint, 'size' | 'root'> {
    if (view === undefined) return { size: 0, root: emptyRoot() };
    return expected(parseCheckpointBody(expected(openNote(view, [this.#parts.key.verifierKey])).text));
  }
}

function expected<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false }): Value {
  if (!result.ok) throw new Error('expected a checkpoint that this witness cosigned');
  return result.value;
}

function plain(status: WitnessAnswer['status'], text: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: text.endsWith('\n') ? text : `${text}\n` };
}
