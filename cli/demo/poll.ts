const INTERVAL_MS = 15;
const TIMEOUT_MS = 60_000;

/**
 * Asks again and again until there is an answer.
 *
 * @throws {Error} after a minute, naming what was waited for
 */
export async function poll<Value>(what: string, ask: () => Promise<Value | undefined>): Promise<Value> {
  const endMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (performance.now() > endMs) throw new Error(`expected ${what} within ${TIMEOUT_MS} ms, got nothing`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
