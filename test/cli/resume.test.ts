import { describe, expect, it } from 'vitest';
import { resumeCommand } from '../../cli/resume.ts';
import { controlIo } from './control-io.ts';

describe('resume', () => {
  it('resumes the agent as the signed-in person', async () => {
    const { io, out, sent } = controlIo(200, { changed: true });
    expect(await resumeCommand(['agent-7', '--reason', 'fixed'], io)).toBe(0);
    expect(sent).toMatchObject([{ url: 'https://gate.example/v1/agents/agent-7/resume', body: { reason: 'fixed' } }]);
    expect(out).toEqual(['resumed agent-7\n']);
  });

  it('ends with exit code 2 for the agent’s owner', async () => {
    const { io, out } = controlIo(403, { code: 'agent_or_owner', detail: 'expected someone else' });
    expect(await resumeCommand(['agent-7', '--reason', 'mine'], io)).toBe(2);
    expect(out[0]).toContain('agent_or_owner');
  });

  it('is bad input without a reason', async () => {
    await expect(resumeCommand(['agent-7'], controlIo(200, {}).io)).rejects.toMatchObject({ exitCode: 3 });
  });
});
