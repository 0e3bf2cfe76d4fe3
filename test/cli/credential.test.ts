import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { credentialCommand } from '../../cli/credential.ts';
import { sandboxRegistry } from '../../cli/sandbox/registry.ts';
import { credentialFacts, decodeIssuers } from '../../core/authority/credential.ts';
import { decodeAgentRegistration } from '../../core/authority/registration.ts';
import { testIo } from './audit-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'credential-'));
afterAll(() => rmSync(folder, { recursive: true }));

const registry = join(folder, 'registry.json');
const key = join(folder, 'key.pem');
const declared = JSON.stringify(sandboxRegistry('111122223333', 'owner'));
const declaredIds: readonly string[] = JSON.parse(declared).agents.map(({ agentId }: { agentId: string }) => agentId);
writeFileSync(registry, declared);
writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
const GOOD = [registry, '--key', key, '--issuer', 'line-two', '--id', 'cred-7'];

function argsWith(index: number, value: string): readonly string[] {
  return GOOD.map((each, at) => (at === index ? value : each));
}

describe('countersign credential', () => {
  it('signs for all agents, as the printed public key confirms', async () => {
    const io = testIo();

    expect(await credentialCommand(GOOD, io)).toBe(0);
    const { name, publicKey } = JSON.parse(io.err.join(''));
    const agents = JSON.parse(io.text()).agents.map(decodeAgentRegistration);
    const issuers = decodeIssuers({ [name]: publicKey });
    expect(agents).toHaveLength(declaredIds.length);
    for (const agent of agents) {
      expect(credentialFacts(agent, issuers, Date.now())).toMatchObject({ signed: true, current: true });
      expect(agent.credential.expiresAtMs - agent.credential.notBeforeMs).toBe(90 * 86_400_000);
    }
  });

  it('leaves other agents as they are when one is named', async () => {
    const io = testIo();
    const agent = '111122223333:countersign-agent-service';

    expect(await credentialCommand([...GOOD, '--agent', agent, '--days', '1'], io)).toBe(0);
    const issuers = JSON.parse(io.text()).agents.map(
      ({ credential }: { credential: { issuer: string } }) => credential.issuer,
    );
    expect(issuers).toEqual(declaredIds.map((agentId) => (agentId === agent ? 'line-two' : 'sandbox-issuer')));
    expect(issuers.filter((issuer: string) => issuer === 'line-two')).toHaveLength(1);
  });

  it.each([
    ['no file', argsWith(0, join(folder, 'none.json')), /expected declarations as JSON/],
    ['a key that is none', argsWith(2, registry), /expected an Ed25519 private key/],
    ['an agent that is not there', [...GOOD, '--agent', 'x'], /expected an agent to sign for/],
    ['a term without end', [...GOOD, '--days', '9999'], /countersign credential FILE/],
    ['no issuer', GOOD.slice(0, 3), /countersign credential FILE/],
  ])('refuses %s', async (_what, args, message) => {
    await expect(credentialCommand(args, testIo())).rejects.toThrow(message);
  });
});
