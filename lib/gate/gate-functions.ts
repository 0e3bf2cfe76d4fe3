import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionCode } from '../functions/bundle-functions.ts';
import type { FunctionName } from '../functions/function-names.ts';
import { ProductFunction } from '../functions/product-function.ts';

/** All functions by name. */
export type GateFunctions = { readonly [name in FunctionName]: ProductFunction };

/** What differs from function to function. */
interface FunctionSettings {
  readonly description: string;
  /** @default 15 */
  readonly timeoutSeconds?: number;
  /** @default - shared pool */
  readonly concurrency?: number;
}

/** A workflow step's retries are Step Functions' own; one attempt gets half of the step's 60 seconds. */
const STEP_TIMEOUT_SECONDS = 30;

/** Every stop stamps all heads it concerns before it answers; API Gateway waits at most 29 seconds. */
const STOP_TIMEOUT_SECONDS = 28;

const SETTINGS: { readonly [name in FunctionName]: FunctionSettings } = {
  'submit-action': { description: 'Decides an action, reserves its budget and records both' },
  'get-action': { description: 'Tells an agent where its action stands' },
  'redeem-action': { description: 'Checks sealed approvals and decides again with them' },
  'report-outcome': { description: 'Records what happened and settles the reservation' },
  'cancel-action': { description: 'Withdraws an action that waits' },
  'close-session': { description: 'Closes an agent session' },
  'list-tools': { description: 'Lists the action types an agent may use' },
  'list-approvals': { description: 'Lists open approval requests' },
  'get-approval': { description: 'Shows one approval request' },
  'decide-approval': { description: 'Records one person’s decision' },
  'approval-page': { description: 'Serves the pages; a page has no effect' },
  'approval-open': {
    description: 'Opens an approval request and tells approvers',
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
  },
  'approval-await': { description: 'Keeps a task token while people decide', timeoutSeconds: STEP_TIMEOUT_SECONDS },
  'approval-seal': {
    description: 'Checks separation of duties again and seals envelopes',
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
  },
  'approval-close': {
    description: 'Closes a request that ended without approval',
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
  },
  'operate-controls': {
    description: 'Halts agents, raises and clears vetoes, sets the risk level',
    timeoutSeconds: STOP_TIMEOUT_SECONDS,
  },
  'activate-bundle': {
    description: 'Puts an approved policy bundle into force',
    timeoutSeconds: STOP_TIMEOUT_SECONDS,
  },
  'erase-subject': {
    description: 'Destroys the keys of a subject’s details, as approved',
    timeoutSeconds: STOP_TIMEOUT_SECONDS,
  },
  'govern-holds': {
    description: 'Sets and releases legal holds and lengthens retention, as approved',
    timeoutSeconds: STOP_TIMEOUT_SECONDS,
  },
  // One at a time: two would read each other's progress late.
  'apply-holds': {
    description: 'Puts legal holds on objects of archive and log',
    timeoutSeconds: 840,
    concurrency: 1,
  },
  'record-key-change': {
    description: 'Records that a key was replaced or retired, as approved',
    timeoutSeconds: STOP_TIMEOUT_SECONDS,
  },
  'load-registry': { description: 'Loads declared agents, units and facts', timeoutSeconds: 300 },
  // One at a time: two sweeps would only compete for the same heads.
  sweep: { description: 'Finishes what was left half-done', timeoutSeconds: 55, concurrency: 1 },
  // One at a time: two archivers would race for the same first sequence number.
  'archive-ledger': { description: 'Copies ledger rows to the archive', timeoutSeconds: 120, concurrency: 1 },
  'certify-epoch': { description: 'Says for minutes which keys may sign receipts' },
  'prove-event': { description: 'Proves to an agent that the log holds an event of its chain' },
  // One at a time: the lock would refuse a second one anyway, after it had done its work in vain.
  'sequence-ledger': {
    description: 'Takes ledger rows into the transparency log',
    timeoutSeconds: 120,
    concurrency: 1,
  },
  // One at a time: the second would find that the first was faster.
  'reconcile-ledger': {
    description: 'Compares the ledger with everything that must agree with it',
    timeoutSeconds: 900,
    concurrency: 1,
  },
};

/** Properties of {@link gateFunctions}. */
export interface GateFunctionsProps {
  readonly code: FunctionCode;
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
}

/** Makes every function, with nothing granted yet. */
export function gateFunctions(scope: Construct, props: GateFunctionsProps): GateFunctions {
  const make = (name: FunctionName): ProductFunction => {
    const { description, timeoutSeconds, concurrency } = SETTINGS[name];
    return new ProductFunction(scope, name, {
      name,
      description,
      ...props,
      ...(timeoutSeconds !== undefined && { timeout: Duration.seconds(timeoutSeconds) }),
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
  };
  return {
    'submit-action': make('submit-action'),
    'get-action': make('get-action'),
    'redeem-action': make('redeem-action'),
    'report-outcome': make('report-outcome'),
    'cancel-action': make('cancel-action'),
    'close-session': make('close-session'),
    'list-tools': make('list-tools'),
    'list-approvals': make('list-approvals'),
    'get-approval': make('get-approval'),
    'decide-approval': make('decide-approval'),
    'approval-page': make('approval-page'),
    'approval-open': make('approval-open'),
    'approval-await': make('approval-await'),
    'approval-seal': make('approval-seal'),
    'approval-close': make('approval-close'),
    'operate-controls': make('operate-controls'),
    'activate-bundle': make('activate-bundle'),
    'erase-subject': make('erase-subject'),
    'govern-holds': make('govern-holds'),
    'apply-holds': make('apply-holds'),
    'record-key-change': make('record-key-change'),
    'load-registry': make('load-registry'),
    sweep: make('sweep'),
    'archive-ledger': make('archive-ledger'),
    'sequence-ledger': make('sequence-ledger'),
    'reconcile-ledger': make('reconcile-ledger'),
    'certify-epoch': make('certify-epoch'),
    'prove-event': make('prove-event'),
  };
}
