import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { buildApp, configWith, resources, templateOf } from '../support/synthesize.ts';

const NEXT = { generation: 2, overlap: true };
const DONE = { generation: 2 };

/** Keys of a deployment at these terms, by logical id without its hash; the value is who may use each for what. */
function keysOf(keys: { readonly [purpose: string]: unknown }) {
  const app = buildApp(configWith({ keys }));
  return { keys: usesOf(templateOf(app, 'CountersignKeys')), gate: templateOf(app, 'CountersignGate') };
}

function usesOf(template: Template): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...resources(template, 'AWS::KMS::Key')].map(([logicalId, { properties }]) => {
      const policy = Object(properties['KeyPolicy']);
      const sids: readonly string[] = policy.Statement.map(({ Sid }: { readonly Sid: string }) => Sid);
      return [
        logicalId.replace(/[0-9A-F]{8}$/, ''),
        sids.filter((sid) => /^(Only|No)(Sign|GenerateMac|VerifyMac)$/.test(sid)),
      ];
    }),
  );
}

function variablesOf(template: Template, functionName: string): { readonly [name: string]: unknown } {
  for (const { properties } of resources(template, 'AWS::Lambda::Function').values())
    if (properties['FunctionName'] === `countersign-${functionName}`)
      return Object(properties['Environment']).Variables;
  throw new Error(`expected a function, got none named \`${functionName}\``);
}

/** Which keys a variable names, as the exports they come from say. */
function keysIn(value: unknown): readonly string[] {
  return [...JSON.stringify(value).matchAll(/Output(?:Ref|FnGetAtt)([A-Za-z]+?2?)[0-9A-F]{8}(?:Arn)?[0-9A-F]{8}/g)].map(
    ([, name = '']) => name,
  );
}

const USES = { mac: ['OnlyGenerateMac', 'OnlyVerifyMac'], sign: ['OnlySign'] };

describe('a key that is replaced', () => {
  it('is joined by a new one, and both work, while they overlap', () => {
    const { keys, gate } = keysOf({ envelopeMac: NEXT, envelopeSigning: NEXT, log: NEXT });
    expect(keys.get('EnvelopesMacKey')).toEqual(USES.mac);
    expect(keys.get('EnvelopesMacKey2')).toEqual(USES.mac);
    expect(keys.get('EnvelopesSigningKey')).toEqual(USES.sign);
    expect(keys.get('EnvelopesSigningKey2')).toEqual(USES.sign);
    expect([keys.get('LogKey'), keys.get('LogKey2')]).toEqual([USES.sign, USES.sign]);
    const sealer = variablesOf(gate, 'approval-seal');
    expect(keysIn(sealer['ENVELOPE_MAC_KEY_ID'])).toEqual(['EnvelopesMacKey2']);
    expect(keysIn(sealer['ENVELOPE_SIGNING_KEY_ID'])).toEqual(['EnvelopesSigningKey2']);
    expect(keysIn(variablesOf(gate, 'redeem-action')['ENVELOPE_MAC_KEY_IDS'])).toEqual([
      'EnvelopesMacKey2',
      'EnvelopesMacKey',
    ]);
    const sequencer = variablesOf(gate, 'sequence-ledger');
    expect(keysIn(sequencer['LOG_KEY_ID'])).toEqual(['LogKey2']);
    expect(keysIn(sequencer['LOG_OVERLAP_KEY_ID'])).toEqual(['LogKey']);
  });

  it('stays, and nobody can use it, once it is retired', () => {
    const { keys, gate } = keysOf({ envelopeMac: DONE, envelopeSigning: DONE, log: DONE });
    expect(keys.get('EnvelopesMacKey')).toEqual(['NoGenerateMac', 'NoVerifyMac']);
    expect(keys.get('EnvelopesSigningKey')).toEqual(['NoSign']);
    expect(keys.get('LogKey')).toEqual(['NoSign']);
    expect(keys.get('EnvelopesMacKey2')).toEqual(USES.mac);
    expect(keysIn(variablesOf(gate, 'redeem-action')['ENVELOPE_MAC_KEY_IDS'])).toEqual(['EnvelopesMacKey2']);
    const sequencer = variablesOf(gate, 'sequence-ledger');
    expect(sequencer['LOG_OVERLAP_KEY_ID']).toBe('');
    expect(keysIn(sequencer['LOG_RETIRED_KEY_IDS'])).toEqual(['LogKey']);
  });

  it('is still watched for macs once it is retired', () => {
    const { gate } = keysOf({ envelopeMac: DONE });
    expect(keysIn(variablesOf(gate, 'reconcile-ledger')['ENVELOPE_MAC_KEY_ARNS'])).toEqual([
      'EnvelopesMacKey2',
      'EnvelopesMacKey',
    ]);
  });

  it('keeps its exports when no stack imports them any more', () => {
    const app = buildApp(configWith({ keys: { envelopeMac: DONE, log: DONE } }));
    const outputs = Object.keys(templateOf(app, 'CountersignKeys').findOutputs('*')).join(' ');
    expect(outputs).toMatch(/FnGetAttEnvelopesMacKey[0-9A-F]{8}Arn/);
    expect(outputs).toMatch(/RefLogKey[0-9A-F]{8}/);
  });

  it.each([
    [{ overlap: true }, 'expected false, because there is no key before the first'],
    [{ generation: 0 }, 'expected a whole number from 1 to 99'],
    [{ generation: 1.5 }, 'expected a whole number from 1 to 99'],
  ])('is refused in the configuration when the term is %o', (log, message) => {
    expect(() => configWith({ keys: { log } })).toThrow(message);
  });
});
