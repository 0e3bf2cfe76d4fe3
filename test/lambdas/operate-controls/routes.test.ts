import { describe, expect, it } from 'vitest';
import type { Person } from '../../../core/approval/separation.ts';
import { route } from '../../../lambdas/operate-controls/routes.ts';
import { AGENT_ID, ANNA, BEN, controls, OLGA } from '../../core/risk/fixtures.ts';
import { apiEvent } from '../../support/api-event.ts';

type World = ReturnType<typeof controls>;

async function call(deps: World, officer: Person, request: string, body?: object) {
  const [method = '', path = ''] = request.split(' ');
  const event = apiEvent({ method, path, body, pathParameters: { id: encodeURIComponent(AGENT_ID) } });
  const reply = await route({ deps, officer, event });
  return { status: reply.statusCode, body: JSON.parse(reply.body) };
}

const HALT = 'POST /agents/{id}/halt';
const RESUME = 'POST /agents/{id}/resume';
const VETO = 'POST /control/veto';
const CLEAR = 'POST /control/veto/clear';
const LEVEL = 'POST /control/risk-level';
const SEE = 'GET /control';
const BECAUSE = { reason: 'because' };

describe('route', () => {
  it('halts and resumes an agent and shows both', async () => {
    const deps = controls();
    expect(await call(deps, ANNA, HALT, BECAUSE)).toMatchObject({ status: 200, body: { changed: true, version: 1 } });
    expect((await call(deps, ANNA, SEE)).body).toMatchObject({
      readable: true,
      haltedAgents: [{ agentId: AGENT_ID, reason: 'because', by: expect.stringMatching(/^p1_/) }],
    });
    expect(await call(deps, BEN, RESUME, BECAUSE)).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await call(deps, ANNA, SEE)).body).toMatchObject({ haltedAgents: [] });
  });

  it('raises and clears the veto', async () => {
    const deps = controls();
    expect((await call(deps, ANNA, VETO, BECAUSE)).status).toBe(200);
    expect((await call(deps, ANNA, SEE)).body).toMatchObject({ veto: [{ reason: 'because' }] });
    expect(await call(deps, ANNA, CLEAR, BECAUSE)).toMatchObject({ status: 403, body: { code: 'same_person' } });
    expect(await call(deps, BEN, CLEAR, BECAUSE)).toMatchObject({ status: 200, body: { active: false } });
  });

  it('sets the risk level up at once and down one at a time', async () => {
    const deps = controls();
    expect((await call(deps, ANNA, LEVEL, { ...BECAUSE, level: 5 })).status).toBe(200);
    expect(await call(deps, BEN, LEVEL, { ...BECAUSE, level: 1 })).toMatchObject({
      status: 409,
      body: { code: 'one_level_only' },
    });
    expect((await call(deps, BEN, LEVEL, { ...BECAUSE, level: 4 })).status).toBe(200);
    expect((await call(deps, BEN, SEE)).body).toMatchObject({ riskLevel: { level: 4, name: 'DANGER' } });
  });

  it.each([HALT, RESUME, VETO, CLEAR])('answers 403 on %s to anyone but a risk officer', async (request) => {
    const officer = { ...ANNA, groups: ['approver', 'manager', 'auditor'] };
    expect(await call(controls(), officer, request, BECAUSE)).toMatchObject({
      status: 403,
      body: { code: 'not_risk_officer', type: 'urn:countersign:problem:not_risk_officer' },
    });
  });

  it('answers 403 to an owner who wants to resume their agent', async () => {
    const deps = controls();
    await call(deps, ANNA, HALT, BECAUSE);
    expect(await call(deps, OLGA, RESUME, BECAUSE)).toMatchObject({ status: 403, body: { code: 'agent_or_owner' } });
  });

  it('shows nothing to someone without a group', async () => {
    expect(await call(controls(), { ...ANNA, groups: [] }, SEE)).toMatchObject({ status: 403 });
  });

  it('shows HALT while the record can’t be read', async () => {
    const deps = controls();
    deps.store.set({ entity: 'stopAll' }, {});
    expect((await call(deps, ANNA, SEE)).body).toMatchObject({ readable: false, riskLevel: { name: 'HALT' } });
  });

  it('answers 404 for an agent nobody registered and for a route it does not know', async () => {
    const deps = controls();
    const event = apiEvent({ method: 'POST', path: '/agents/{id}/halt', body: BECAUSE, pathParameters: { id: 'x' } });
    expect((await route({ deps, officer: ANNA, event })).statusCode).toBe(404);
    expect((await call(deps, ANNA, 'DELETE /control')).status).toBe(404);
  });

  it('answers 503 without acknowledging while a head can’t be stamped', async () => {
    const deps = controls();
    deps.store.failCommits('none', ...Array.from({ length: 48 }, () => 'conflict' as const));
    expect(await call(deps, ANNA, HALT, BECAUSE)).toMatchObject({ status: 503, body: { code: 'contention' } });
    expect(await call(deps, ANNA, HALT, BECAUSE)).toMatchObject({ status: 200, body: { changed: false } });
  });

  it.each([
    [HALT, {}],
    [HALT, { reason: '' }],
    [HALT, { reason: 'r', force: true }],
    [LEVEL, { reason: 'r' }],
    [LEVEL, { reason: 'r', level: 0 }],
    [LEVEL, { reason: 'r', level: 6 }],
    [LEVEL, { reason: 'r', level: '5' }],
    [LEVEL, { reason: 'r', level: 2.5 }],
  ])('refuses %s with %j', async (request, body) => {
    await expect(call(controls(), ANNA, request, body)).rejects.toMatchObject({ status: 400, code: 'invalid_body' });
  });
});
