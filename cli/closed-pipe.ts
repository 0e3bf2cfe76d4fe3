import type { EventEmitter } from 'node:events';

/**
 * Lets a command go on, or end by itself, when whoever read what it prints has gone, as `| head` does: what it carries out
 * must not stop half-way, nor a stack trace be its last word.
 *
 * @param onClosed what to do then, for a command that only prints
 */
export function surviveClosedPipe(stream: EventEmitter, onClosed: () => void = () => undefined): void {
  stream.on('error', (error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
    onClosed();
  });
}
