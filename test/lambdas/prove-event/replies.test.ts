import { describe, expect, it } from 'vitest';
import { noProofReply, proofReply } from '../../../lambdas/prove-event/replies.ts';

describe('replies to asking for a proof', () => {
  it('are the proof as text when there is one', () => {
    const reply = proofReply('c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n');
    expect(reply).toMatchObject({ statusCode: 200, body: 'c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n' });
    expect(reply.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  });

  it('are a conflict that says when to ask again until the log holds the event', () => {
    const reply = noProofReply({ code: 'not_sequenced_yet' });
    expect(reply).toMatchObject({ statusCode: 409, headers: { 'retry-after': '5' } });
    expect(reply.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect(JSON.parse(reply.body)).toMatchObject({ status: 409, code: 'not_sequenced_yet' });
  });

  it('are a 404 without a time when the chain has no such event', () => {
    const reply = noProofReply({ code: 'event_not_found' });
    expect(reply.statusCode).toBe(404);
    expect(reply.headers).not.toHaveProperty('retry-after');
  });
});
