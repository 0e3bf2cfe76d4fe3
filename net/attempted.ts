import type { Result } from '../core/result.ts';
import { ok, refused } from '../core/result.ts';

/** What an exchange gave, or what it failed with, the cause that `fetch` hides included. */
export async function attempted<Value>(run: () => Promise<Value>): Promise<Result<Value, string>> {
  try {
    return ok(await run());
  } catch (error) {
    if (!(error instanceof Error)) return refused(String(error));
    return refused(error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message);
  }
}
