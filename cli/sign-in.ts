import { createHash, randomBytes } from 'node:crypto';
import type { Command, CommandIo } from './command.ts';
import { CommandError, EXIT } from './command.ts';
import type { SandboxFile } from './deployment.ts';
import { findDeployment } from './deployment.ts';

/**
 * Lets a command act as a person of the sandbox: `--as NAME` signs that person in and is taken off the arguments.
 * Without it the command reads `COUNTERSIGN_ID_TOKEN`, as for a deployment on AWS.
 */
export function asPerson(command: Command): Command {
  return async (argv, io) => {
    const at = argv.findIndex((argument) => argument === '--as' || argument.startsWith('--as='));
    if (at === -1) return command(argv, io);
    const isJoined = argv[at] !== '--as';
    const name = isJoined ? argv[at]?.slice('--as='.length) : argv[at + 1];
    const idToken = await idTokenFor(io, name);
    const rest = [...argv.slice(0, at), ...argv.slice(at + (isJoined ? 1 : 2))];
    return command(rest, { ...io, env: { ...io.env, COUNTERSIGN_ID_TOKEN: idToken } });
  };
}

async function idTokenFor(io: CommandIo, name: string | undefined): Promise<string> {
  const { sandbox } = findDeployment(io);
  if (sandbox === undefined) {
    throw new CommandError(EXIT.badInput, 'expected COUNTERSIGN_ID_TOKEN: --as works with the sandbox only');
  }
  const person = name === undefined ? undefined : sandbox.people[name];
  if (name === undefined || person === undefined) {
    const known = Object.keys(sandbox.people).join(', ');
    throw new CommandError(EXIT.badInput, `expected one of the people ${known}, got \`${name ?? ''}\``);
  }
  return signIn(io, sandbox.signIn, name, person.password);
}

/** Signs in over the pages a browser uses: authorization code with PKCE. */
async function signIn(
  io: CommandIo,
  { baseUrl, clientId, redirectUri }: SandboxFile['signIn'],
  username: string,
  password: string,
): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid email',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const form = new URLSearchParams({ username, password });
  const login = await io.fetch(`${baseUrl}/login?${query}`, { method: 'POST', body: form, redirect: 'manual' });
  const code = new URL(login.headers.get('location') ?? baseUrl).searchParams.get('code');
  if (code === null) throw new CommandError(EXIT.denied, `the sign-in of ${username} was refused (${login.status})`);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  });
  const reply: unknown = await (await io.fetch(`${baseUrl}/oauth2/token`, { method: 'POST', body })).json();
  const idToken: unknown = typeof reply === 'object' && reply !== null ? Reflect.get(reply, 'id_token') : undefined;
  if (typeof idToken !== 'string') throw new CommandError(EXIT.failed, 'expected an id token, got none');
  return idToken;
}
