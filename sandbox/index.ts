export type { Outside, SandboxSite } from './outside.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start.ts';
