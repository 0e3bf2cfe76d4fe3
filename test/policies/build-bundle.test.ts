import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPolicies } from '@cedar-policy/cedar-wasm/nodejs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBundle } from '../../core/gate/bundle.ts';
import { buildBundle, bundleBytes, POLICIES_DIRECTORY, writeBundle } from '../../tools/build-bundle.ts';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'policies-'));
  cpSync(POLICIES_DIRECTORY, directory, { recursive: true });
});

afterEach(() => rmSync(directory, { recursive: true }));

function edit(file: string, from: string | RegExp, to: string): void {
  const path = join(directory, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`expected ${file} to hold ${from}`);
  writeFileSync(path, after);
}

describe('the bundle', () => {
  it('has the same bytes when built again', () => {
    expect(bundleBytes(buildBundle(directory))).toEqual(bundleBytes(buildBundle()));
  });

  it('has another hash when one text changes', () => {
    const hash = writeBundle(join(directory, 'a.json'), directory);
    edit('rules/payments.cedar', 'A payment above', 'Any payment above');

    expect(writeBundle(join(directory, 'b.json'), directory)).not.toBe(hash);
  });

  it('is loaded again from its bytes', () => {
    const path = join(directory, 'bundle.json');
    const hash = writeBundle(path, directory);
    const bundle = loadBundle(readFileSync(path), hash);

    expect(bundle.hash).toBe(hash);
    expect(bundle.ruleById.size).toBe(Object.keys(buildBundle().rules).length);
  });

  it('quotes every rule as it is written', () => {
    for (const { id, text } of Object.values(buildBundle().rules)) {
      expect(ruleSource(id), id).toContain(`@text("${text}")`);
    }
  });

  it.each(readdirSync(join(POLICIES_DIRECTORY, 'rules')))('keeps %s in the official formatting', (file) => {
    const policyText = readFileSync(join(POLICIES_DIRECTORY, 'rules', file), 'utf8');
    const formatted = formatPolicies({ policyText, lineWidth: 120, indentWidth: 2 });

    expect(formatted.type === 'success' && `${formatted.formatted_policy.trimEnd()}\n`).toBe(policyText);
  });

  it('gives every rule and every builtin text an id of its own', () => {
    const { rules, builtin } = buildBundle();
    const ids = [...Object.keys(rules), ...Object.values(builtin).map(({ id }) => id)];

    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('building', () => {
  it.each([
    ['an unknown framework id', 'AIR-SEC-010', 'AIR-SEC-910', /rule `CS-PAY-T1-003`: expected an id of the taxonomy/],
    ['no framework id', '@framework("AIR-SEC-010,AIR-SEC-025")', '', /CS-PAY-T1-003`: expected a @framework id/],
    ['a tier unlike the id', '@tier("2")', '@tier("1")', /rule `CS-PAY-T2-001`: expected @tier\("2"\)/],
    ['a malformed id', 'CS-PAY-T2-001', 'PAY-1', /rule `PAY-1`: expected an @id like/],
    ['an id twice', 'CS-PAY-T1-003', 'CS-PAY-T1-002', /rule `CS-PAY-T1-002`: expected a unique id/],
    ['a text without an end', 'approval by one person."', 'approval by one person"', /CS-PAY-T2-001`: expected @text/],
    ['an unknown annotation', '@tier("2")', '@tier("2")\n@owner("me")', /unexpected annotation `@owner`/],
    ['an unreadable requirement', 'approvals=1', 'approvals=9', /CS-PAY-T2-001`: expected @requires/],
    ['a requirement its clause does not keep', 'approvals=1', 'approvals=2', /expected one `unless` that says what/],
    ['an exception without a requirement', '@requires("approvals=1")\n', '', /expected `unless` only with @requires/],
    [
      'a fact that does not exist',
      'context.payee.known',
      'context.payee.knwon',
      /rules\/payments\.cedar: rule `CS-PAY-T1-003`/,
    ],
    ['an action that does not exist', 'Action::"payment.send"', 'Action::"payment.sent"', /payments\.cedar/],
    ['a comparison of unlike types', 'context.payee.known', 'context.payee.known > 1', /payments\.cedar/],
    ['a rule that cannot be parsed', 'forbid (', 'forbid [', /^rules\/payments\.cedar: /],
  ])('refuses %s', (_what, from, to, message) => {
    edit('rules/payments.cedar', from, to);

    expect(() => buildBundle(directory)).toThrow(message);
  });

  it('refuses a signal that no entry declares', () => {
    edit('rules/disputes.cedar', '"provisional-credit"', '"provisional-credits"');

    expect(() => buildBundle(directory)).toThrow(/expected a declared signal, got `provisional-credits`/);
  });

  it('refuses a signal that no rule uses', () => {
    edit('catalogue.json', '"identity-repeated"', '"identity-doubtful"');

    expect(() => buildBundle(directory)).toThrow(/identity-repeated/);
  });

  it.each([
    ['a tier too low for the effect', /"tier": 3/, '"tier": 1', /expected a tier that fits `irreversible`/],
    [
      'a pointer to no parameter',
      '"/provisional_credit_eligible"',
      '"/provisional"',
      /expected `\/provisional` to point/,
    ],
    ['text without a bound', /"maxLength": 64,?/, '', /maxLength` to be given/],
    ['an unknown member', '"title"', '"tilte"', /unexpected member `tilte`/],
    ['open parameters', '"additionalProperties": false', '"additionalProperties": true', /additionalProperties/],
    ['money as a number', /"materialityMicroUsd": "[0-9]+"/, '"materialityMicroUsd": 5', /micro-USD as a decimal text/],
    [
      'a type that no permit reaches',
      '"decisionClass": "models"',
      '"decisionClass": "orphans"',
      /class-models|permit that reaches/,
    ],
  ])('refuses a catalogue with %s', (_what, from, to, message) => {
    edit('catalogue.json', from, to);

    expect(() => buildBundle(directory)).toThrow(message);
  });

  it('refuses a tool that is mapped to an unknown type', () => {
    edit('tools/agent-actions.json', '"payment.send"', '"payment.sent"');

    expect(() => buildBundle(directory)).toThrow(/tools\/agent-actions\.json: `send_money`: expected a known type/);
  });

  it('refuses a builtin text outside the taxonomy', () => {
    edit('builtin.json', 'AIR-OP-019', 'AIR-OP-919');

    expect(() => buildBundle(directory)).toThrow(/builtin\.json: rule `malformed-facts`/);
  });
});

function ruleSource(id: string): string {
  const family = id.split('-')[1] ?? '';
  const all = FILES[family] ?? '';
  return all.slice(all.indexOf(`@id("${id}")`)).split('\n@id(')[0] ?? '';
}

const FILES: { readonly [family: string]: string } = Object.fromEntries(
  Object.entries({
    AUTH: 'authority',
    DEL: 'delegation',
    RUNG: 'delegation',
    TRD: 'trading',
    LND: 'lending',
    COM: 'communication',
    STOP: 'stops',
    REQ: 'requests',
    SES: 'sessions',
    MARK: 'marked',
    BUD: 'budgets',
    PAY: 'payments',
    SUM: 'aggregates',
    TRF: 'transfers',
    CRD: 'credits',
    LIM: 'limits',
    CARD: 'cards',
    DSP: 'disputes',
    CRED: 'credentials',
    PROF: 'profile',
    CLOSE: 'closures',
    OK: 'permissions',
  }).map(([family, file]) => [family, readFileSync(join(POLICIES_DIRECTORY, 'rules', `${file}.cedar`), 'utf8')]),
);
