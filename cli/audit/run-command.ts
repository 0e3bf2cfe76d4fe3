import { badInputOf } from '../bad-input.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT } from '../command.ts';

/**
 * Runs a command's body and turns what it throws into one line on stderr and an exit code: bad input for wrong flags
 *, missing files and buckets, denied where AWS refuses, failed for everything else.
 */
export async function runCommand(io: CommandIo, usage: string, body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof CommandError) {
      io.stderr(`${message}\n`);
      return error.exitCode;
    }
    const badInput = badInputOf(error) ?? badInputOf(causeOf(error));
    if (badInput !== undefined) {
      const isFlag = errorCode(error).startsWith('ERR_PARSE_ARGS');
      io.stderr(`${badInput}\n${isFlag ? `${usage}\n` : ''}`);
      return EXIT.badInput;
    }
    io.stderr(`${message}\n`);
    return isDenied(error) ? EXIT.denied : EXIT.failed;
  }
}

/** What went wrong, with the cause where the message alone says nothing: `fetch failed` could be anything. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return `${error.message}: ${cause.message === '' ? errorCode(cause) : cause.message}`;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** AWS refused the credentials or what they asked for. */
function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^(AccessDenied|AuthorizationError|ExpiredToken)/.test(error.name) || isDenied(error.cause);
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
