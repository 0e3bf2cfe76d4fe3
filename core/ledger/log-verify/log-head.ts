import { parseCheckpointBody } from '../log/checkpoint.ts';
import { logVerifierKeys } from '../log/checkpoint-format.ts';
import type { NoteProblem } from '../log/note.ts';
import { openNote, parseNote, SIGNATURE_COSIGNATURE, SIGNATURE_ED25519 } from '../log/note.ts';
import type { PinnedLogKey } from '../log/pinned-key.ts';
import { retiredSigner } from '../log/pinned-key.ts';
import type { Findings, LogCheck } from './check.ts';
import { hex } from './fast-hash.ts';

/** A tree head as a note of the log states it. */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly rootHex: string;
  /** When the log's key says it signed, by its own cosignature; undefined when there is none that verifies. */
  readonly timeSeconds?: number;
}

/** A note that was read, whatever is wrong with it. */
export interface ReadHead {
  /** Undefined when the text is no checkpoint. */
  readonly head?: TreeHead;
  /** Why it is not the log's; undefined when it is. */
  readonly problem?: { readonly code: string; readonly expected: string; readonly got: string };
}

/**
 * Reads a note and checks that one of the log's keys signed it for its own name. A signature of a retired key on a later
 * tree refuses the note, whoever else signed it: nobody may use that key any more.
 */
export function readHead(text: string, logKeys: readonly PinnedLogKey[]): ReadHead {
  const note = parseNote(text);
  if (!note.ok) return { problem: problemOf(note.problem) };
  const body = parseCheckpointBody(note.value.text);
  if (!body.ok) return { problem: { code: body.problem.code, expected: body.problem.expected, got: 'another text' } };
  const { origin, size, root } = body.value;
  const head = { origin, size, rootHex: hex(root) };
  const keys = logKeys.flatMap(({ name, publicKey }) => logVerifierKeys(name, [publicKey]));
  const opened = openNote(text, keys);
  if (!opened.ok) return { head, problem: problemOf(opened.problem) };
  const { verified } = opened.value;
  const signer = verified.find(({ key }) => key.type === SIGNATURE_ED25519);
  if (signer === undefined) return { head, problem: problemOf({ code: 'note_unsigned' }) };
  const times = verified.flatMap(({ key, timeSeconds }) =>
    key.type === SIGNATURE_COSIGNATURE ? [timeSeconds ?? 0] : [],
  );
  const timed = times.length === 0 ? head : { ...head, timeSeconds: Math.max(...times) };
  const signers = verified.map(({ key }) => key);
  const retired = retiredSigner(logKeys, signers, size);
  if (retired !== undefined) {
    const expected = `no signature of the key that was retired at ${String(retired.untilSize)} leaves`;
    return { head: timed, problem: { code: 'key_retired', expected, got: `one on ${size} leaves` } };
  }
  if (signer.key.name !== origin)
    return { head: timed, problem: { code: 'origin_differs', expected: signer.key.name, got: origin } };
  return { head: timed };
}

/** C1 of the checkpoint itself. */
export function checkHead(findings: Findings, read: ReadHead, path: string, origin: string | undefined): void {
  const fail = (check: LogCheck, code: string, expected: string, got: string) =>
    findings.add({ check, code, path, expected, got });
  if (read.problem !== undefined) fail('C1', read.problem.code, read.problem.expected, read.problem.got);
  if (read.head !== undefined && origin !== undefined && read.head.origin !== origin)
    fail('C1', 'origin_differs', origin, read.head.origin);
  if (origin === undefined) findings.leaveOut('C1', 'the origin: none was expected');
  findings.done('C1');
}

function problemOf(problem: NoteProblem): { readonly code: string; readonly expected: string; readonly got: string } {
  switch (problem.code) {
    case 'note_malformed':
      return { code: problem.code, expected: problem.expected, got: 'another text' };
    case 'note_signature_invalid':
      return {
        code: problem.code,
        expected: `a signature of \`${problem.name}\` that verifies`,
        got: 'one that does not',
      };
    case 'note_unsigned':
      return { code: problem.code, expected: 'a signature by a known key', got: 'none' };
  }
}
