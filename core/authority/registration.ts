import type { StoredItem } from '../state/entities.ts';
import { asBigInt, asBoolean, asList, asMap, asNumber, asText, CorruptState } from '../state/stored.ts';
import type { Credential } from './credential.ts';
import { decodeCredential } from './credential.ts';
import type { RungGrants } from './rung.ts';
import { decodeRungs, NO_RUNGS } from './rung.ts';

/** What an agent may spend on its own work. Money in micro-USD. */
export interface AgentCaps {
  readonly sessionMicroUsd: bigint;
  readonly sessionTokens: bigint;
  /** Per UTC day. */
  readonly dayMicroUsd: bigint;
  readonly dayTokens: bigint;
  readonly sessionSeconds: number;
}

/** An agent as the institution declares it. */
export interface AgentRegistration {
  readonly agentId: string;
  readonly displayName: string;
  /** Stable subject id of the person who answers for the agent. */
  readonly ownerSubject: string;
  readonly ownerAliases: readonly string[];
  readonly unitId: string;
  /** Empty means none. */
  readonly scopes: readonly string[];
  /** Account ids, or resources as `<kind>/<id>`. Empty means none; all must be said: `*`. */
  readonly accounts: readonly string[];
  readonly caps: AgentCaps;
  readonly rungs: RungGrants;
  readonly active: boolean;
  readonly credential?: Credential;
}

/** An organisation unit's budget. */
export interface UnitRegistration {
  readonly unitId: string;
  /** Per UTC month. */
  readonly monthMicroUsd: bigint;
  readonly monthTokens: bigint;
}

/**
 * Reads a registered agent.
 *
 * @throws {CorruptState} when a member is missing, negative or of another type
 */
export function decodeAgentRegistration(item: StoredItem): AgentRegistration {
  const caps = asMap(item['caps'], 'caps');
  return {
    agentId: asText(item['agentId'], 'agentId'),
    displayName: asText(item['displayName'], 'displayName'),
    ownerSubject: asText(item['ownerSubject'], 'ownerSubject'),
    ownerAliases: asTexts(item['ownerAliases'], 'ownerAliases'),
    unitId: asText(item['unitId'], 'unitId'),
    scopes: asTexts(item['scopes'], 'scopes'),
    accounts: asTexts(item['accounts'], 'accounts'),
    caps: {
      sessionMicroUsd: asAmount(caps['sessionMicroUsd'], 'sessionMicroUsd'),
      sessionTokens: asAmount(caps['sessionTokens'], 'sessionTokens'),
      dayMicroUsd: asAmount(caps['dayMicroUsd'], 'dayMicroUsd'),
      dayTokens: asAmount(caps['dayTokens'], 'dayTokens'),
      sessionSeconds: asNumber(caps['sessionSeconds'], 'sessionSeconds'),
    },
    rungs: item['rungs'] === undefined ? NO_RUNGS : decodeRungs(asMap(item['rungs'], 'rungs')),
    active: asBoolean(item['active'], 'active'),
    ...(item['credential'] !== undefined && { credential: decodeCredential(asMap(item['credential'], 'credential')) }),
  };
}

/** @throws {CorruptState} as {@link decodeAgentRegistration} does */
export function decodeUnitRegistration(item: StoredItem): UnitRegistration {
  return {
    unitId: asText(item['unitId'], 'unitId'),
    monthMicroUsd: asAmount(item['monthMicroUsd'], 'monthMicroUsd'),
    monthTokens: asAmount(item['monthTokens'], 'monthTokens'),
  };
}

/** The declared content of a fact item: its `value`. @throws {CorruptState} when there is none */
export function decodeFactValue(item: StoredItem): StoredItem {
  return asMap(item['value'], 'value');
}

/** A non-negative integer, stored as a number or, as registries are written, as a decimal string. */
export function asAmount(value: StoredItem[string] | undefined, name: string): bigint {
  const amount = typeof value === 'string' && /^[0-9]{1,30}$/.test(value) ? BigInt(value) : asBigInt(value, name);
  if (amount >= 0n) return amount;
  throw new CorruptState(`expected stored \`${name}\` to be 0 or more, got \`${amount}\``);
}

function asTexts(value: StoredItem[string] | undefined, name: string): readonly string[] {
  return asList(value, name).map((item) => asText(item, name));
}
