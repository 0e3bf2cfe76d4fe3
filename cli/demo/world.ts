import type { AgentClient } from '../../sdk/agent-client.ts';
import type { AwsCredentials } from '../../sdk/sign-request.ts';
import type { SandboxFile } from '../deployment.ts';
import type { PersonClient } from '../person-client.ts';
import type { PersonName } from '../sandbox/people.ts';

/** How AWS is called as one role of the templates. */
export interface AwsAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/** A running, seeded deployment, and everyone who uses it. */
export interface DemoWorld {
  /** The agent whose recorded actions pay bills, and its id. */
  readonly payments: AgentClient;
  readonly paymentsAgentId: string;
  /** The agent whose recorded actions serve card customers. */
  readonly service: AgentClient;
  readonly people: { readonly [Name in PersonName]: PersonClient };
  /** The recorded account holder's account. */
  readonly accountId: string;
  aws(roleName: string): AwsAccess;
  /** What the templates call things. */
  readonly names: {
    readonly archiveBucket: string;
    readonly ledgerTable: string;
    readonly stateTable: string;
    readonly envelopeMacKeyId: string;
    readonly envelopeSigningKeyId: string;
  };
  /** What readers of the log trust. */
  readonly log: SandboxFile['log'];
  /** A folder for the demonstration's own notes. */
  readonly scratchDir: string;
  /** Waits until everything that is on its way has arrived: archive included. */
  drain(): Promise<void>;
  /** Keys of the archive's objects. */
  archivedKeys(): Promise<readonly string[]>;
  /** Flips one bit of an archived object on disk, as whoever holds the disk could; flipping it again undoes it. */
  flipArchivedByte(key: string, byteIndex: number): Promise<void>;
}

/** What one check of the demonstration found. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, in a sentence. */
  readonly detail: string;
}

/** Says what a check saw; several findings make one check, which holds when all do. */
export function check(name: string, findings: readonly (readonly [holds: boolean, seen: string])[]): Check {
  return { name, ok: findings.every(([holds]) => holds), detail: findings.map(([, seen]) => seen).join('; ') };
}
