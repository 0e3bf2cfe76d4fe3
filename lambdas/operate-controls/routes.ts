import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as v from 'valibot';
import { haltAgent, resumeAgent } from '../../core/risk/agent-halt.ts';
import type { ControlDeps } from '../../core/risk/control.ts';
import { controlStatus } from '../../core/risk/control-status.ts';
import { setRiskLevel } from '../../core/risk/risk-level.ts';
import { clearVeto, raiseVeto } from '../../core/risk/veto.ts';
import { parseBody, pathId, ReasonSchema } from '../shared/body.ts';
import type { Person } from '../shared/person.ts';
import { json, problem } from '../shared/problem.ts';
import { controlReply, stopReply } from './replies.ts';

/** One request to see or change what stops agents. */
export interface ControlCall {
  readonly deps: ControlDeps;
  readonly officer: Person;
  readonly event: APIGatewayProxyEvent;
}

type Respond = (call: ControlCall) => Promise<APIGatewayProxyResult>;

const Reason = v.strictObject({ reason: ReasonSchema });
const RiskLevelChange = v.strictObject({ level: v.picklist([1, 2, 3, 4, 5]), reason: ReasonSchema });

/** Who may see what stands. */
const READERS = ['risk-officer', 'auditor', 'manager', 'approver', 'agent-owner'];

const ROUTES: ReadonlyMap<string, Respond> = new Map([
  ['GET /control', seeControl],
  ['POST /agents/{id}/halt', async (call: ControlCall) => stopReply(await haltAgent(call.deps, onAgent(call)))],
  ['POST /agents/{id}/resume', async (call: ControlCall) => controlReply(await resumeAgent(call.deps, onAgent(call)))],
  ['POST /control/veto', async (call: ControlCall) => stopReply(await raiseVeto(call.deps, onAll(call)))],
  ['POST /control/veto/clear', async (call: ControlCall) => controlReply(await clearVeto(call.deps, onAll(call)))],
  [
    'POST /control/risk-level',
    async (call: ControlCall) => {
      const { level, reason } = parseBody(call.event, RiskLevelChange);
      return controlReply(await setRiskLevel(call.deps, { officer: call.officer, level, reason }));
    },
  ],
]);

/** Answers a request by its method and resource; 404 for one that is not routed here. */
export async function route(call: ControlCall): Promise<APIGatewayProxyResult> {
  const respond = ROUTES.get(`${call.event.httpMethod} ${call.event.resource}`);
  return respond === undefined ? problem(404, 'route_not_found', 'there is no such resource') : respond(call);
}

async function seeControl({ deps, officer }: ControlCall): Promise<APIGatewayProxyResult> {
  if (!officer.groups.some((group) => READERS.includes(group))) {
    return problem(403, 'not_a_reader', 'expected a member of a group that works with the gate');
  }
  return json(200, await controlStatus(deps));
}

function onAll({ event, officer }: ControlCall) {
  return { officer, reason: parseBody(event, Reason).reason };
}

function onAgent(call: ControlCall) {
  return { ...onAll(call), agentId: pathId(call.event) };
}
