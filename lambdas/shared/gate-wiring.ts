import { SFNClient } from '@aws-sdk/client-sfn';
import { CLIENT_DEFAULTS } from '../../aws/clients.ts';
import { StepFunctionsWorkflow } from '../../aws/step-functions.ts';
import type { GateDeps } from '../../core/gate/gate-deps.ts';
import { policyBundles } from './bundle.ts';
import { readIssuers } from './credential-issuers.ts';
import { requiredEnv, requiredSeconds } from './environment.ts';
import { priceTable } from './prices.ts';
import { namingDeps } from './wiring.ts';

/** Guesses outlive an invocation on purpose: they save a read and are checked by every read. */
const unitHints = new Map<string, string>();

/** Whose signature makes a credential; parsed once, because it is the same for the environment's whole life. */
const credentialIssuers = readIssuers();

/** Wires what decisions need. */
export async function gateDeps(): Promise<GateDeps> {
  return {
    ...(await namingDeps()),
    bundles: policyBundles(),
    prices: priceTable,
    credentialIssuers,
    unitHints,
    settings: {
      reservationTtlSeconds: requiredSeconds('RESERVATION_TTL_SECONDS'),
      approvalTimeoutSeconds: requiredSeconds('APPROVAL_TIMEOUT_SECONDS'),
    },
  };
}

/** The approval workflow of this deployment. */
export function approvalWorkflow(): StepFunctionsWorkflow {
  return new StepFunctionsWorkflow(new SFNClient(CLIENT_DEFAULTS), requiredEnv('APPROVAL_STATE_MACHINE_ARN'));
}
