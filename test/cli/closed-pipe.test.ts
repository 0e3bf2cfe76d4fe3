import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { surviveClosedPipe } from '../../cli/closed-pipe.ts';

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

describe('surviveClosedPipe', () => {
  test('tells the command and throws nothing when the reader has gone', () => {
    const stream = new EventEmitter();
    let closed = 0;
    surviveClosedPipe(stream, () => {
      closed += 1;
    });
    stream.emit('error', failure('EPIPE'));
    expect(closed).toBe(1);
  });

  test('throws when printing fails for another reason', () => {
    const stream = new EventEmitter();
    surviveClosedPipe(stream);
    expect(() => stream.emit('error', failure('ENOSPC'))).toThrow('ENOSPC');
  });
});
