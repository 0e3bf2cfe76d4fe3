import { Agent, request } from 'node:http';

/** An HTTP reply, read to its end. */
export interface PostReply {
  readonly status: number;
  readonly text: string;
}

/** A client that only posts, over kept-alive connections. */
export interface PostClient {
  send(url: URL, headers: { readonly [name: string]: string }, body: string): Promise<PostReply>;
  close(): void;
}

/** Makes a client with at most `connections` connections. */
export function post(connections: number): PostClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (url, headers, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(url, { agent, method: 'POST', headers: { ...headers } }, (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
          incoming.on('error', reject);
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
