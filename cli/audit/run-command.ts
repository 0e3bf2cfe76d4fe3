import type { CommandIo } from '../command.ts';
import { CommandError, EXIT } from '../command.ts';

/**
 * Runs a command's body and turns what it throws into one line on stderr and an exit code: bad input for wrong flags
 * and missing files, denied where AWS refuses, failed for everything else.
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
    const code = errorCode(error);
    if (code.startsWith('ERR_PARSE_ARGS')) {
      io.stderr(`${message}\n${usage}\n`);
      return EXIT.badInput;
    }
    io.stderr(`${message}\n`);
    if (isDenied(error)) return EXIT.denied;
    return code === 'ENOENT' || code === 'ENOTDIR' ? EXIT.badInput : EXIT.failed;
  }
}

/** What went wrong, with the cause where the message alone says nothing: `fetch failed` could be anything. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return `${error.message}: ${cause.message === '' ? errorCode(cause) : cause.message}`;
}

/** AWS refused the credentials or what they asked for. */
function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^(AccessDenied|AuthorizationError|ExpiredToken)/.test(error.name) || isDenied(error.cause);
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
