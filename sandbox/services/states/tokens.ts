import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../lambda/durable-json.ts';
import { asRecord, asText } from '../lambda/template-values.ts';

/** The attempt a task token stands for. */
export interface TokenSubject {
  readonly machine: string;
  readonly execution: string;
  readonly thread: number;
  readonly attempt: number;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_TOKEN_LENGTH = 2048;

/** Makes and reads task tokens: sealed with a key of the state folder, so they carry nothing anyone else can read. */
export class TaskTokens {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /** Loads the key of `stateDir`, or makes one that survives restarts. */
  static async open(stateDir: string): Promise<TaskTokens> {
    const file = join(stateDir, 'task-token-key.json');
    const stored = readJson(file);
    if (stored !== undefined)
      return new TaskTokens(Buffer.from(asText(asRecord(stored, file)['key'], file), 'base64url'));
    const key = randomBytes(32);
    await writeJsonDurably(file, { key: key.toString('base64url') });
    return new TaskTokens(key);
  }

  /** The token of an attempt: at most 2,048 characters, and the same attempt never gets the same text twice. */
  seal(subject: TokenSubject): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const content = Buffer.from(JSON.stringify([subject.machine, subject.execution, subject.thread, subject.attempt]));
    const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** The attempt a token stands for; `undefined` when this sandbox did not make it. */
  open(token: string): TokenSubject | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (token.length > MAX_TOKEN_LENGTH || bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const content = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      const parsed: unknown = JSON.parse(content.toString('utf8'));
      return subjectOf(parsed);
    } catch {
      return undefined;
    }
  }
}

function subjectOf(value: unknown): TokenSubject | undefined {
  if (!Array.isArray(value)) return undefined;
  const [machine, execution, thread, attempt]: readonly unknown[] = value;
  if (typeof machine !== 'string' || typeof execution !== 'string') return undefined;
  if (typeof thread !== 'number' || typeof attempt !== 'number') return undefined;
  return { machine, execution, thread, attempt };
}
