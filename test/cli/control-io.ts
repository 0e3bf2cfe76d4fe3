import type { CommandIo } from '../../cli/command.ts';

/** A request a command sent. */
export interface Sent {
  readonly url: string;
  readonly method: string | undefined;
  readonly authorization: string | null;
  readonly body: unknown;
}

/** An `io` that answers every request with `status` and `body` and keeps what was written and sent. */
export function controlIo(status: number, body: object, env: Record<string, string> = {}) {
  const out: string[] = [];
  const sent: Sent[] = [];
  const io: CommandIo = {
    stdout: (text) => out.push(text),
    stderr: (text) => out.push(text),
    env: {
      COUNTERSIGN_API_URL: 'https://gate.example/v1/',
      AWS_REGION: 'eu-west-1',
      COUNTERSIGN_ID_TOKEN: 'token',
      ...env,
    },
    fetch: async (url, init) => {
      sent.push({
        url: String(url),
        method: init?.method,
        authorization: new Headers(init?.headers).get('authorization'),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
      });
      return new Response(JSON.stringify(body), { status });
    },
  };
  return { io, out, sent };
}
