import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../lambda/durable-json.ts';
import { asRecord, optionalNumber } from '../lambda/template-values.ts';

/** Ports to listen on; `undefined` takes a free one. A stored port may be taken by now, a chosen one must be free. */
export interface Port {
  readonly number: number;
  readonly mustBeFree: boolean;
}

/** One port per listener. */
export interface Ports {
  readonly api: Port;
  readonly endpoint: Port;
  readonly signIn: Port;
}

const FILE = 'ports.json';

/** The ports asked for, or else those of the former run, so that links that people were sent stay good. */
export function chosenPorts(
  stateDir: string,
  asked: { readonly apiPort?: number; readonly endpointPort?: number },
): Ports {
  const stored = asRecord(readJson(join(stateDir, FILE)), FILE);
  const port = (name: string, chosen?: number): Port =>
    chosen === undefined
      ? { number: optionalNumber(stored[name], name) ?? 0, mustBeFree: false }
      : { number: chosen, mustBeFree: true };
  return { api: port('api', asked.apiPort), endpoint: port('endpoint', asked.endpointPort), signIn: port('signIn') };
}

/** Keeps the ports of the URLs for the next run. */
export async function rememberPorts(stateDir: string, urls: { readonly [name: string]: string }): Promise<void> {
  const ports = Object.entries(urls).map(([name, url]) => [name, Number(new URL(url).port)]);
  await writeJsonDurably(join(stateDir, FILE), Object.fromEntries(ports));
}

/** Listens on a port, or on a free one when it is taken and need not be this one. */
export async function listenOn<T>(port: Port, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(port.number);
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (port.mustBeFree || !taken) throw error;
    return listen(0);
  }
}
