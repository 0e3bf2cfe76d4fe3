import type { ApprovalObligation } from './decision.ts';

/**
 * Reads a rule's `@requires`: `approvals=1` or `approvals=2;managers=1`.
 *
 * @returns `undefined` for any other text, also one that asks for more managers than people
 */
export function parseRequirement(text: string): ApprovalObligation | undefined {
  const match = /^approvals=([12])(?:;managers=([12]))?$/.exec(text);
  if (match === null) return undefined;
  const approvals = Number(match[1]);
  const managers = Number(match[2] ?? 0);
  return managers <= approvals ? { kind: 'approvals', approvals, managers } : undefined;
}

/** The one obligation that meets all of several: the most people and the most managers any of them asks for. */
export function mergeRequirements(requirements: readonly ApprovalObligation[]): ApprovalObligation {
  return {
    kind: 'approvals',
    approvals: Math.max(1, ...requirements.map((requirement) => requirement.approvals)),
    managers: Math.max(0, ...requirements.map((requirement) => requirement.managers)),
  };
}
