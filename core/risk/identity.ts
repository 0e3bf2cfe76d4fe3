import type { Person } from '../approval/separation.ts';
import { normaliseIdentity } from '../approval/separation.ts';

/** An agent and whoever answers for it. */
export interface AgentIdentity {
  readonly agentId: string;
  readonly displayName: string;
  readonly ownerSubject: string;
  readonly ownerAliases: readonly string[];
}

/** The group whose members may stop agents and let them go again. */
export const RISK_OFFICERS = 'risk-officer';

/** True when the officer is the agent or its owner under any name of either. */
export function isAgentOrOwner(officer: Person, agent: AgentIdentity): boolean {
  const roleName = agent.agentId.slice(agent.agentId.indexOf(':') + 1);
  const theirs = [agent.agentId, roleName, agent.displayName, agent.ownerSubject, ...agent.ownerAliases];
  const taken = new Set(theirs.map(normaliseIdentity).filter((name) => name !== ''));
  return [officer.subject, ...officer.aliases].some((name) => taken.has(normaliseIdentity(name)));
}
