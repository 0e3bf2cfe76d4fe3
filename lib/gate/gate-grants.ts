import { FUNCTION_NAMES, type FunctionName } from '../functions/function-names.ts';
import type { PseudonymSecret } from '../keys/pseudonym-secret.ts';
import type { LedgerTable } from '../ledger/ledger-table.ts';
import type { RegistryTable } from '../registry/registry-table.ts';
import type { StateKind, StateTable } from '../state/state-table.ts';
import type { GateFunctions } from './gate-functions.ts';

/** Where the functions' data is. */
export interface GateStores {
  readonly state: StateTable;
  readonly registry: RegistryTable;
  readonly ledger: LedgerTable;
  readonly pseudonyms: PseudonymSecret;
}

/** What one function may do with the stores. Absent means nothing. */
interface Access {
  /** Kinds of state it reads. */
  readonly reads: readonly StateKind[];
  /** Kinds of state it writes, in transactions only. */
  readonly writes?: readonly StateKind[];
  /** Kinds of state whose conditions it checks in transactions without writing them. */
  readonly checks?: readonly StateKind[];
  readonly registry?: 'read' | 'list' | 'load';
  readonly ledger?: 'append' | 'read' | 'read and append' | 'query agents';
  readonly pseudonyms?: true;
}

/** Who may do what, as one table: nothing else grants access to state, registry, ledger or pepper. */
export const ACCESS: { readonly [name in FunctionName]: Access } = {
  'submit-action': {
    reads: ['agents', 'units', 'control', 'requests', 'subjects'],
    writes: ['agents', 'units', 'subjects'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
    pseudonyms: true,
  },
  'get-action': { reads: ['agents'] },
  'redeem-action': {
    reads: ['agents', 'units', 'control', 'requests'],
    writes: ['agents', 'units'],
    checks: ['control', 'requests'],
    registry: 'read',
    ledger: 'append',
    pseudonyms: true,
  },
  'report-outcome': {
    reads: ['agents', 'units', 'control'],
    writes: ['agents', 'units'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
  },
  'cancel-action': {
    reads: ['agents', 'control', 'requests'],
    writes: ['agents'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
  },
  'close-session': {
    reads: ['agents', 'control'],
    writes: ['agents'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
    pseudonyms: true,
  },
  'list-tools': { reads: ['control'], registry: 'read' },
  'list-approvals': { reads: [] },
  'get-approval': { reads: ['requests'] },
  'decide-approval': {
    reads: ['requests', 'agents', 'control'],
    writes: ['requests', 'agents'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
    pseudonyms: true,
  },
  'approval-page': { reads: ['requests'] },
  'approval-open': {
    reads: ['requests', 'agents', 'control'],
    writes: ['requests', 'agents'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
  },
  'approval-await': { reads: ['requests'], writes: ['requests'] },
  'approval-seal': {
    reads: ['requests', 'agents', 'control'],
    writes: ['requests', 'agents'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
  },
  'approval-close': {
    reads: ['requests', 'agents', 'control'],
    writes: ['requests', 'agents'],
    checks: ['control'],
    registry: 'read',
    ledger: 'append',
  },
  'operate-controls': {
    reads: ['control', 'agents'],
    writes: ['control', 'agents'],
    registry: 'list',
    ledger: 'append',
    pseudonyms: true,
  },
  'activate-bundle': {
    reads: ['control', 'agents'],
    writes: ['control', 'agents'],
    registry: 'list',
    ledger: 'append',
  },
  'erase-subject': {
    reads: ['control', 'agents', 'holds', 'subjects'],
    writes: ['control', 'agents', 'subjects'],
    registry: 'read',
    ledger: 'append',
  },
  'govern-holds': {
    reads: ['control', 'agents', 'holds'],
    writes: ['control', 'agents', 'holds'],
    registry: 'read',
    ledger: 'append',
  },
  'apply-holds': { reads: ['holds', 'holding'], writes: ['holding'] },
  'record-key-change': {
    reads: ['control', 'agents', 'log', 'keys'],
    writes: ['control', 'agents', 'keys'],
    registry: 'read',
    ledger: 'append',
  },
  'load-registry': { reads: ['control'], writes: ['control'], registry: 'load', ledger: 'append' },
  sweep: {
    reads: ['agents', 'units', 'requests', 'control'],
    writes: ['agents', 'units'],
    checks: ['control'],
    registry: 'list',
    ledger: 'append',
  },
  'archive-ledger': { reads: ['archive', 'holds'], writes: ['archive'], ledger: 'read' },
  'certify-epoch': { reads: ['epochs'], writes: ['epochs'], ledger: 'append' },
  'sequence-ledger': {
    reads: ['log', 'sequenced', 'holds'],
    writes: ['log', 'sequenced'],
    registry: 'list',
    ledger: 'read',
  },
  'prove-event': { reads: [], ledger: 'query agents' },
  'reconcile-ledger': {
    reads: ['agents', 'control', 'epochs', 'sequenced', 'reconciliation', 'keys'],
    writes: ['control', 'reconciliation'],
    registry: 'list',
    ledger: 'read and append',
  },
};

/** Functions that write a kind of state. */
export function writersOf(kind: StateKind): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => ACCESS[name].writes?.includes(kind) === true);
}

/** Functions that append to the ledger. */
export function appenders(): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => ACCESS[name].ledger?.endsWith('append') === true);
}

/** Functions that declare agents, units and facts. */
export function loaders(): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => ACCESS[name].registry === 'load');
}

/** Functions that make pseudonyms. */
export function pseudonymMakers(): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => ACCESS[name].pseudonyms === true);
}

/** Grants what {@link ACCESS} says and tells every function where the stores are. */
export function grantStores(functions: GateFunctions, stores: GateStores): void {
  for (const name of FUNCTION_NAMES) {
    const user = functions[name];
    const access = ACCESS[name];
    // Every function is told the same names, so that wiring is the same everywhere; a name is not a permission.
    for (const store of [stores.state, stores.registry, stores.ledger]) store.wire(user);
    if (access.reads.length > 0) stores.state.grantRead(user, access.reads);
    if (access.writes !== undefined) stores.state.grantCommit(user, access.writes, access.checks);
    if (access.registry === 'read') stores.registry.grantRead(user);
    if (access.registry === 'list') stores.registry.grantList(user);
    if (access.registry === 'load') stores.registry.grantLoad(user);
    if (access.ledger?.endsWith('append') === true) stores.ledger.grantAppend(user);
    if (access.ledger?.startsWith('read') === true) stores.ledger.grantRead(user);
    if (access.ledger === 'query agents') stores.ledger.grantQueryAgents(user);
    if (access.pseudonyms === true) stores.pseudonyms.grantRead(user);
  }
  for (const name of ['list-approvals', 'sweep'] as const) stores.state.grantQueryOpenRequests(functions[name]);
  // How far each chain is in the log.
  for (const name of ['sequence-ledger', 'reconcile-ledger', 'prove-event'] as const) {
    stores.state.grantQuery(functions[name], ['sequenced']);
  }
  // The sweep looks for actions whose workflow was never started, the reconciler for those that were allowed.
  for (const name of ['sweep', 'reconcile-ledger'] as const) stores.state.grantQuery(functions[name], ['agents']);
}
