import type { FunctionName } from '../functions/function-names.ts';
import type { ModelName } from './models.ts';

/** Who may call a route: agents sign with IAM, people carry an id token, pages are open and have no effect. */
export type Audience = 'agent' | 'person' | 'public';

/** One method of the API. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below the stage, for example `/actions/{id}`. */
  readonly path: string;
  readonly target: FunctionName;
  readonly audience: Audience;
  /** @default - no body is expected */
  readonly model?: ModelName;
}

const agent = (method: Route['method'], path: string, target: FunctionName, model?: ModelName): Route => ({
  method,
  path,
  target,
  audience: 'agent',
  ...(model !== undefined && { model }),
});

const person = (method: Route['method'], path: string, target: FunctionName, model?: ModelName): Route => ({
  ...agent(method, path, target, model),
  audience: 'person',
});

const page = (path: string): Route => ({ method: 'GET', path, target: 'approval-page', audience: 'public' });

/** The whole API. */
export const ROUTES: readonly Route[] = [
  agent('POST', '/actions', 'submit-action', 'SubmitAction'),
  agent('GET', '/actions/{id}', 'get-action'),
  agent('POST', '/actions/{id}/redeem', 'redeem-action', 'RedeemAction'),
  agent('POST', '/actions/{id}/outcome', 'report-outcome', 'ReportOutcome'),
  agent('POST', '/actions/{id}/cancel', 'cancel-action', 'Reason'),
  agent('GET', '/ledger/events/{id}/proof', 'prove-event'),
  agent('GET', '/tools', 'list-tools'),
  agent('POST', '/sessions/{id}/close', 'close-session'),
  agent('POST', '/policy/activations', 'activate-bundle', 'ActivateBundle'),
  agent('POST', '/records/erasures', 'erase-subject', 'EraseSubject'),
  agent('POST', '/records/holds', 'govern-holds', 'SetHold'),
  agent('POST', '/records/holds/release', 'govern-holds', 'ReleaseHold'),
  agent('POST', '/keys/changes', 'record-key-change', 'RecordKeyChange'),
  agent('POST', '/records/retention', 'govern-holds', 'ExtendRetention'),
  person('GET', '/approval-requests', 'list-approvals'),
  person('GET', '/approval-requests/{id}', 'get-approval'),
  person('POST', '/approval-requests/{id}/decision', 'decide-approval', 'DecideApproval'),
  person('POST', '/agents/{id}/halt', 'operate-controls', 'Reason'),
  person('POST', '/agents/{id}/resume', 'operate-controls', 'Reason'),
  person('GET', '/control', 'operate-controls'),
  person('POST', '/control/veto', 'operate-controls', 'Reason'),
  person('POST', '/control/veto/clear', 'operate-controls', 'Reason'),
  person('POST', '/control/risk-level', 'operate-controls', 'SetRiskLevel'),
  page('/approvals/{id}'),
  page('/sign-in'),
  page('/assets/{file}'),
];
