import { toBase64 } from '../base64.ts';
import type { JsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { refused } from '../result.ts';
import type { Contention } from '../state/change-agent.ts';
import { asNumber } from '../state/stored.ts';
import type { ActDeps, ActProblem, CarriedOut } from './governed-act.ts';
import { carryOut } from './governed-act.ts';
import { recordedKeysRef, recordedKeysWrite } from './recorded-keys.ts';

/** What keys are for, where they are replaced by configuration. */
export const KEY_PURPOSES = ['envelope-mac', 'envelope-signing', 'log', 'receipts'] as const;

/** One of {@link KEY_PURPOSES}. */
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** The two changes of a key: it begins to be used, and nobody can use it any more. */
export const KEY_STEPS = ['introduce', 'retire'] as const;

/** One of {@link KEY_STEPS}. */
export type KeyStep = (typeof KEY_STEPS)[number];

/** The action type that people approve before a change is recorded. */
export const KEY_CHANGE_TYPE = 'keys.rotate';

/** A key as the deployment has it. */
export interface DeployedKey {
  /** The how many-th of its purpose, from 1. */
  readonly generation: number;
  readonly standing: 'active' | 'overlapping' | 'retired';
  readonly keyId: string;
}

/** What recording a change needs from outside. */
export interface KeyChangeDeps extends ActDeps {
  readonly deployed: (purpose: KeyPurpose) => readonly DeployedKey[];
  /** SubjectPublicKeyInfo (DER); undefined for a key that has no public half. */
  readonly publicKey: (purpose: KeyPurpose, keyId: string) => Promise<Uint8Array | undefined>;
}

/** Which approved change is recorded. */
export interface KeyChangeRequest {
  readonly agentId: string;
  readonly actionId: string;
  readonly purpose: KeyPurpose;
  readonly step: KeyStep;
  readonly generation: number;
}

/** Why a change was not recorded. The approval stays: the change may be deployed, and recorded then. */
export interface KeyChangeProblem {
  readonly code: 'key_not_deployed_so';
  /** How the key is deployed instead; undefined when there is none of that generation. */
  readonly standing: DeployedKey['standing'] | undefined;
}

const STANDING = { introduce: 'active', retire: 'retired' } as const;

/** The resource that changes of a purpose's keys are about. */
export function keyResource(purpose: KeyPurpose): string {
  return `key/${purpose}`;
}

/**
 * Records, for a redeemed action of the caller's own, that a key was put to use or retired. What is recorded is what is
 * deployed, with the public half as KMS has it; of the log's keys also how many leaves there were when one was retired.
 *
 * @throws {StorageFault} when the store kept failing, or a public key could not be read
 */
export async function recordKeyChange(
  deps: KeyChangeDeps,
  { agentId, actionId, purpose, step, generation }: KeyChangeRequest,
): Promise<Result<CarriedOut, ActProblem | KeyChangeProblem | Contention>> {
  const key = deps.deployed(purpose).find((each) => each.generation === generation);
  if (key?.standing !== STANDING[step]) return refused({ code: 'key_not_deployed_so', standing: key?.standing });
  const publicKey = await deps.publicKey(purpose, key.keyId);
  const params = { purpose, step, generation };
  const act = { agentId, actionId, type: KEY_CHANGE_TYPE, resource: keyResource(purpose), params };
  const refs = [{ entity: 'logLock' } as const, recordedKeysRef(purpose)];
  return carryOut<never>(deps, act, refs, ([lock, recorded]) => ({
    type: step === 'introduce' ? 'control.key_introduced' : 'control.key_retired',
    data: {
      purpose,
      ...keyJson(key, publicKey),
      ...(purpose === 'log' && { logSize: lock === undefined ? 0 : asNumber(lock['size'], 'size') }),
    },
    writes: [recordedKeysWrite(purpose, recorded, step, generation)],
  }));
}

function keyJson({ generation, keyId }: DeployedKey, publicKey: Uint8Array | undefined): JsonObject {
  return {
    generation,
    keyId,
    publicKey: publicKey === undefined ? null : toBase64(publicKey),
  };
}
