/** Code of errors whose message says already what was expected of a log's inputs. */
export const LOG_INPUT = 'log_input';

/**
 * What was wrong with what a command was given, as one line: a flag it does not have, a file that is not there, a bucket
 * that does not exist. Undefined when the failure is of another kind.
 */
export function badInputOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'NoSuchBucket') return `expected a bucket that exists, got ${quoted(error, 'BucketName')}`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === LOG_INPUT) return error.message;
  return flagProblem(code, error.message) ?? fileProblem(code, error);
}

function flagProblem(code: string, message: string): string | undefined {
  const [, named = ''] = /'([^' ]*)/.exec(message) ?? [];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `expected a flag of this command, got \`${named}\``;
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return `expected flags alone, got \`${named}\``;
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return undefined;
  if (message.includes('does not take')) return `expected ${named} without a value, got one`;
  const isDash = message.includes('ambiguous');
  return isDash
    ? `expected a value for ${named}, got what looks like a flag; a value with a dash is written ${named}=-1`
    : `expected a value for ${named}, got none`;
}

function fileProblem(code: string, error: Error): string | undefined {
  const path = quoted(error, 'path');
  const isFolder = ['scandir', 'mkdir'].includes(String(Reflect.get(error, 'syscall')));
  if (code === 'ENOENT') return `expected a ${isFolder ? 'folder' : 'file'}, got none at ${path}`;
  if (code === 'EISDIR') return `expected a file, got a folder${path === NO_NAME ? '' : ` at ${path}`}`;
  if (code === 'EEXIST' || (code === 'ENOTDIR' && isFolder)) return `expected a folder, got a file at ${path}`;
  if (code === 'ENOTDIR') return `expected a folder, got a file on the way to ${path}`;
  if (code === 'EACCES' || code === 'EPERM') return `expected to be allowed to use ${path}, got \`${code}\``;
  return undefined;
}

const NO_NAME = 'none';

function quoted(error: Error, member: string): string {
  const name: unknown = Reflect.get(error, member);
  return typeof name === 'string' ? `\`${name}\`` : NO_NAME;
}
