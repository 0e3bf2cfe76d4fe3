import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archivePlace, auditTarget } from '../../cli/audit/audit-target.ts';
import { CommandError } from '../../cli/command.ts';
import type { SandboxFile } from '../../cli/deployment.ts';
import { testIo } from './audit-io.ts';

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' };

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'home-'));
  const sandbox: SandboxFile = {
    apiUrl: 'http://127.0.0.1:1/v1',
    endpointUrl: 'http://127.0.0.1:2',
    signIn: { baseUrl: 'http://127.0.0.1:3', clientId: 'c', redirectUri: 'http://127.0.0.1:4' },
    region: 'eu-west-1',
    pid: 1,
    people: {},
    roles: { 'countersign-auditor': CREDENTIALS },
    names: {
      archiveBucket: 'archive',
      logBucket: 'l',
      ledgerTable: 'ledger',
      stateTable: 'state',
      envelopeMacKeyId: 'mac',
      envelopeSigningKeyId: 'sign',
      logKeyId: 'lk',
      receiptKeyId: 'receipt-key',
    },
    log: { verifierKey: '', witnessPolicy: '', trustAnchors: '', certificationKey: '' },
  };
  writeFileSync(join(home, 'sandbox.json'), JSON.stringify(sandbox));
});

afterEach(() => rmSync(home, { recursive: true }));

describe('auditTarget', () => {
  test('is the running sandbox in the auditor’s role, whatever region the shell has set', () => {
    expect(auditTarget(testIo({ COUNTERSIGN_HOME: home, AWS_REGION: 'us-east-1' }))).toEqual({
      region: 'eu-west-1',
      endpointUrl: 'http://127.0.0.1:2',
      credentials: CREDENTIALS,
    });
  });

  test('is AWS with the environment’s own credentials when a deployment is named', () => {
    const env = { COUNTERSIGN_HOME: home, AWS_REGION: 'us-east-1', COUNTERSIGN_API_URL: 'https://x/v1' };
    expect(auditTarget(testIo(env))).toEqual({ region: 'us-east-1' });
  });

  test('is AWS when there is no sandbox', () => {
    expect(auditTarget(testIo({ COUNTERSIGN_HOME: join(home, 'none'), AWS_REGION: 'us-east-1' }))).toEqual({
      region: 'us-east-1',
    });
  });

  test.each([
    ['a role the sandbox does not have', () => auditTarget(testIo({ COUNTERSIGN_HOME: home }), 'root')],
    ['neither sandbox nor region', () => auditTarget(testIo({ COUNTERSIGN_HOME: join(home, 'none') }))],
  ])('refuses %s', (_, find) => {
    expect(find).toThrow(CommandError);
  });
});

describe('archivePlace', () => {
  test('is what the command names', () => {
    expect(archivePlace(testIo({ COUNTERSIGN_HOME: home }), ['folder'], 'usage')).toBe('folder');
  });

  test('is the running sandbox’s own archive when none is named', () => {
    expect(archivePlace(testIo({ COUNTERSIGN_HOME: home }), [], 'usage')).toBe('s3://archive');
  });

  test.each([
    ['two places', ['a', 'b'], '.'],
    ['none and no sandbox', [], 'none'],
  ])('refuses %s with the usage', (_, places, folder) => {
    expect(() => archivePlace(testIo({ COUNTERSIGN_HOME: join(home, folder) }), places, 'usage')).toThrow('usage');
  });
});
