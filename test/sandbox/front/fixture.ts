import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClock, type SandboxClock } from '../../../sandbox/clock.ts';
import type { Assembly, AwsService, CredentialVault, SandboxContext } from '../../../sandbox/contract.ts';
import { createFront, type Front } from '../../../sandbox/front/front.ts';
import { createAuthorizer } from '../../../sandbox/iam/authorizer.ts';
import { loadAssembly } from '../../../sandbox/template/load-assembly.ts';
import { openVault } from '../../../sandbox/vault.ts';

export const accountId = '111122223333';
export const region = 'eu-west-1';

/** Templates by stack name, as `cdk synth` would write them. */
export interface Stacks {
  readonly [stackName: string]: object;
}

/** Writes an assembly of `stacks` into a folder of its own under `folder`. */
export function writeAssembly(folder: string, stacks: Stacks): string {
  const out = join(folder, 'cdk.out');
  const artifacts = Object.keys(stacks).map((name) => [
    name,
    { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` } },
  ]);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'manifest.json'), JSON.stringify({ version: '1', artifacts: Object.fromEntries(artifacts) }));
  for (const [name, template] of Object.entries(stacks)) {
    writeFileSync(join(out, `${name}.template.json`), JSON.stringify(template));
  }
  return out;
}

/** A temporary folder and what removes it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A role with one inline policy. */
export function role(roleName: string, statements: readonly object[], more: object = {}): object {
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: roleName,
      AssumeRolePolicyDocument: { Statement: [trust] },
      Policies: [{ PolicyName: 'inline', PolicyDocument: { Statement: statements } }],
      ...more,
    },
  };
}

/** An `Allow` statement. */
export function allow(action: unknown, resource: unknown, condition?: object): object {
  return {
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...(condition !== undefined && { Condition: condition }),
  };
}

/** A sandbox of some services, with everything a test looks at. */
export interface TestSandbox {
  readonly assembly: Assembly;
  readonly context: SandboxContext;
  readonly clock: SandboxClock;
  readonly vault: CredentialVault;
  readonly front: Front;
  readonly faults: readonly unknown[];
  /** Client settings that sign as `roleName`. */
  clientOf(roleName: string): {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
    };
  };
  close(): Promise<void>;
}

/** Opens `services` on the assembly in `folder`; a second call on the same folder is a restart. */
export async function openTestSandbox(
  folder: string,
  stacks: Stacks,
  services: (context: SandboxContext) => readonly (AwsService | Promise<AwsService>)[],
): Promise<TestSandbox> {
  const assembly = loadAssembly(writeAssembly(folder, stacks), { accountId, region });
  const stateDir = join(folder, 'state');
  const clock = openClock(stateDir);
  const roles = assembly.byType('AWS::IAM::Role');
  const roleExists = (arn: string): boolean => roles.some((entry) => entry.arn === arn);
  const vault = openVault({ stateDir, clock, accountId, roleExists });
  const faults: unknown[] = [];
  const front = createFront({ vault, clock, region, onFault: (error) => faults.push(error) });
  const authorizer = createAuthorizer(assembly, clock);
  const context: SandboxContext = {
    assembly,
    authorizer,
    vault,
    clock,
    stateDir,
    endpointUrl: () => front.endpointUrl(),
    call: (caller, call) => front.call(caller, call),
  };
  for (const service of await Promise.all(services(context))) {
    front.register(service);
  }
  await front.listen();
  return {
    assembly,
    context,
    clock,
    vault,
    front,
    faults,
    clientOf: (roleName) => {
      const { accessKeyId, secretAccessKey, sessionToken } = vault.issue(
        `arn:aws:iam::${accountId}:role/${roleName}`,
        'session',
      );
      return { region, endpoint: front.endpointUrl(), credentials: { accessKeyId, secretAccessKey, sessionToken } };
    },
    close: async () => {
      await front.close();
      clock.close();
    },
  };
}
