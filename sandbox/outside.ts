import type { SandboxClock } from './clock.ts';
import type { Assembly, RoleCredentials } from './contract.ts';

/** What is known of a sandbox before its functions run. */
export interface SandboxSite {
  readonly assembly: Assembly;
  readonly clock: SandboxClock;
  readonly stateDir: string;
  readonly endpointUrl: string;
  credentialsFor(roleName: string): RoleCredentials;
}

/** What runs beside the sandbox. */
export interface Outside {
  readonly variables: { readonly [name: string]: string };
  close(): Promise<void>;
}
