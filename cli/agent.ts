import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GateReply } from '../sdk/agent-client.ts';
import { AgentClient } from '../sdk/agent-client.ts';
import type { CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';
import { credentialsFor, findDeployment } from './deployment.ts';

/** The agent a command acts as when none is named. */
export const DEFAULT_AGENT_ROLE = 'countersign-agent-payments';

/** A client of the agent API for the deployment at hand. */
export function agentClient(io: CommandIo, roleName: string | undefined): AgentClient {
  const deployment = findDeployment(io);
  const role = roleName ?? (deployment.sandbox === undefined ? undefined : DEFAULT_AGENT_ROLE);
  return new AgentClient({
    baseUrl: deployment.apiUrl,
    region: deployment.region,
    credentials: () => credentialsFor(deployment, io, role),
    fetch: io.fetch,
  });
}

/**
 * Refuses a place that a receipt cannot be kept at, before anything is asked: only the reply that recorded an event has its
 * receipt, and one that is there already cannot be had again.
 */
export function checkReceiptPlace(file: string | undefined): void {
  if (file === undefined) return;
  if (existsSync(file))
    throw new CommandError(
      EXIT.badInput,
      `expected a new file for the receipt, got \`${file}\`, which is there already`,
    );
  if (!existsSync(dirname(file)))
    throw new CommandError(EXIT.badInput, `expected a folder for the receipt, got none at \`${dirname(file)}\``);
}

/** Keeps a reply's receipt in a file, where one was asked for; says so when the reply has none. */
export async function saveReceipt(
  io: CommandIo,
  file: string | undefined,
  { body, receipt }: GateReply,
): Promise<void> {
  if (file === undefined) return;
  if (receipt !== undefined) await writeFile(file, `${receipt}\n`);
  else io.stderr(`expected a receipt, got none: ${text(body['receiptUnavailable'] ?? body['code'])}\n`);
}

/** A gate's reply in lines for people. */
export function replyLines({ status, body }: GateReply): readonly string[] {
  const decision = body['decision'];
  const rules = rulesOf(body['rules'] ?? (isRecord(decision) ? decision['rules'] : undefined));
  return [
    `${status} ${text(body['actionStatus'] ?? body['code'] ?? body['status'])}${body['actionId'] === undefined ? '' : `  ${text(body['actionId'])}`}`,
    ...(rules.length === 0 ? problemLines(body) : []),
    ...rules.map((rule) => `  ${text(rule['id'])}  “${text(rule['text'])}”`),
    ...approvalLines(body['approval']),
    ...(Array.isArray(body['envelopes']) ? [`  ${body['envelopes'].length} envelope(s) ready to redeem`] : []),
    ...ledgerLines(body['ledger']),
  ];
}

/** What API Gateway answers by itself has a title and no detail. */
function problemLines(body: GateReply['body']): string[] {
  const said = body['detail'] ?? body['title'];
  return typeof said === 'string' ? [`  ${said}`] : [];
}

function approvalLines(approval: unknown): string[] {
  if (!isRecord(approval)) return [];
  const managers = Number(approval['managers']);
  const who = `${text(approval['approvals'])} person(s)${managers > 0 ? `, ${managers} of them a manager` : ''}`;
  return [`  waits for ${who} until ${text(approval['expiresAt'])}`];
}

function ledgerLines(ledger: unknown): string[] {
  return isRecord(ledger) ? [`  recorded as ${text(ledger['chain'])} #${text(ledger['seq'])}`] : [];
}

function rulesOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? '' : String(value);
}
