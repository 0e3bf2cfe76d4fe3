import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decide } from '../../../core/gate/decide.ts';
import type { JsonObject } from '../../../core/json.ts';
import { contextWith } from '../../policies/cases.ts';
import { testBundle } from '../../support/gate.ts';
import { REPOSITORY_ROOT } from '../../support/source-files.ts';

const SCRIPT = `
const [{ compileBundle }, { decide }, { buildBundle }] = await Promise.all(
  ['core/gate/bundle.ts', 'core/gate/decide.ts', 'tools/build-bundle.ts'].map((file) => import(process.cwd() + '/' + file)),
);
let refused = false;
try { new Function(''); } catch { refused = true; }
const bundle = compileBundle(buildBundle());
const decisions = JSON.parse(process.argv[1]).map((request) => decide(request, bundle));
process.stdout.write(JSON.stringify({ refused, decisions }));
`;

it('decides the same where the runtime allows no code from text', () => {
  const contexts: readonly JsonObject[] = [
    contextWith({}),
    contextWith({ 'agent.halted': true }),
    contextWith({ 'payee.known': false, 'amount.microUsd': 20_000_000_000 }),
    contextWith({ 'amount.microUsd': -1 }),
    {},
  ];
  const requests = ['payment.send', 'account.read-balance', 'account.close-bank'].flatMap((actionType) =>
    contexts.map((context) => ({ agentId: 'a', actionType, resource: 'account/1', context })),
  );
  const node = join(REPOSITORY_ROOT, 'node_modules/.bin/node');
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', SCRIPT];
  const printed = execFileSync(node, [...flags, JSON.stringify(requests)], {
    cwd: REPOSITORY_ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  expect(JSON.parse(printed)).toEqual({
    refused: true,
    decisions: requests.map((request) => decide(request, testBundle)),
  });
}, 60_000);
