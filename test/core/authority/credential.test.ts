import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { credentialFacts, decodeIssuers } from '../../../core/authority/credential.ts';
import { issueCredential } from '../../../core/authority/issue-credential.ts';
import { decodeAgentRegistration } from '../../../core/authority/registration.ts';
import type { JsonObject } from '../../../core/json.ts';
import { CorruptState } from '../../../core/state/stored.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rawKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url');
const issuers = decodeIssuers({ 'line-two': rawKey });
const BEGIN_MS = Date.UTC(2026, 10, 1);
const END_MS = Date.UTC(2026, 11, 1);
const NOW_MS = Date.UTC(2026, 10, 20);
const AGENT: JsonObject = {
  agentId: '111122223333:role',
  displayName: 'Payments desk',
  ownerSubject: 'sub-1',
  ownerAliases: ['owner@bank.example'],
  unitId: 'retail',
  scopes: ['payments.initiate'],
  accounts: ['A1'],
  caps: { sessionMicroUsd: '5', sessionTokens: '6', dayMicroUsd: '7', dayTokens: '8', sessionSeconds: 60 },
  rungs: { default: 'A2', classes: { lending: 'A1' } },
  active: true,
};
const TERMS = { credentialId: 'cred-1', issuer: 'line-two', notBeforeMs: BEGIN_MS, expiresAtMs: END_MS };
const signed = issueCredential(AGENT, TERMS, (bytes) => sign(null, bytes, privateKey));

function facts(agent: JsonObject, nowMs = NOW_MS, known = issuers) {
  return credentialFacts(decodeAgentRegistration(Object(agent)), known, nowMs);
}

function changed(changes: JsonObject): JsonObject {
  return { ...signed, credential: { ...Object(signed['credential']), ...changes } };
}

describe('an agent credential', () => {
  it('is signed, current and not revoked when an issuer made it for this agent', () => {
    expect(facts(signed)).toEqual({ required: true, held: true, signed: true, current: true, revoked: false });
  });

  it.each<[string, JsonObject]>([
    ['agentId', { agentId: '111122223333:other' }],
    ['ownerSubject', { ownerSubject: 'sub-2' }],
    ['ownerAliases', { ownerAliases: [] }],
    ['unitId', { unitId: 'wholesale' }],
    ['scopes', { scopes: ['payments.initiate', 'trading.order'] }],
    ['accounts', { accounts: ['*'] }],
    ['caps', { caps: { ...Object(AGENT['caps']), dayMicroUsd: '70' } }],
    ['rungs', { rungs: { default: 'A3', classes: { lending: 'A1' } } }],
    ['the rung of a class', { rungs: { default: 'A2', classes: { lending: 'A3' } } }],
    ['no rungs at all', { rungs: { default: 'A2', classes: {} } }],
  ])('is mis-signed when %s changed after it was signed', (_what, change) => {
    expect(facts({ ...signed, ...change })).toMatchObject({ held: true, signed: false });
  });

  it.each<[string, JsonObject]>([
    ['its id', { credentialId: 'cred-2' }],
    ['its issuer', { issuer: 'line-one' }],
    ['its beginning', { notBefore: '2026-10-01T00:00:00.000Z' }],
    ['its end', { expiresAt: '2030-01-01T00:00:00.000Z' }],
    ['its signature', { signature: 'A'.repeat(86) }],
  ])('is mis-signed when %s is another', (_what, change) => {
    expect(facts(changed(change))).toMatchObject({ held: true, signed: false });
  });

  it('keeps its signature when the agent is renamed, made inactive or the credential revoked', () => {
    const other = { ...changed({ revoked: true }), displayName: 'New name', active: false };

    expect(facts(other)).toEqual({ required: true, held: true, signed: true, current: true, revoked: true });
  });

  it.each([
    [BEGIN_MS - 1, false],
    [BEGIN_MS, true],
    [END_MS - 1, true],
    [END_MS, false],
  ])('at %s is current: %s', (nowMs, current) => {
    expect(facts(signed, nowMs)).toMatchObject({ current });
  });

  it('is mis-signed when another key of the same name checks it', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);

    expect(facts(signed, NOW_MS, decodeIssuers({ 'line-two': other.toString('base64url') }))).toMatchObject({
      signed: false,
    });
  });

  it('is not held when there is none, and required exactly when there are issuers', () => {
    const none = { held: false, signed: false, current: false, revoked: false };

    expect(facts(AGENT)).toEqual({ required: true, ...none });
    expect(facts(AGENT, NOW_MS, new Map())).toEqual({ required: false, ...none });
    expect(credentialFacts(undefined, issuers, NOW_MS)).toEqual({ required: true, ...none });
  });

  it('is mis-signed, not ignored, when the institution has no issuers', () => {
    expect(facts(signed, NOW_MS, new Map())).toMatchObject({ held: true, signed: false });
  });

  it.each([
    ['notBefore', '2026-11-01'],
    ['expiresAt', 'never'],
    ['revoked', 'no'],
    ['signature', 5],
  ])('is unreadable when its %s is `%s`', (name, value) => {
    expect(() => facts(changed({ [name]: value }))).toThrow(CorruptState);
  });

  it('is not issued for an empty term, nor by a key that is none', () => {
    expect(() => issueCredential(AGENT, { ...TERMS, expiresAtMs: BEGIN_MS }, () => new Uint8Array(64))).toThrow(
      RangeError,
    );
    expect(() => decodeIssuers({ short: 'AAAA' })).toThrow('expected 32 bytes for issuer `short`, got 3');
  });
});
