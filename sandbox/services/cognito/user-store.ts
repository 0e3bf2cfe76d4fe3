import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { readJson, writeJsonDurably } from '../lambda/durable-json.ts';
import { asList, asRecord, asText, textList } from '../lambda/template-values.ts';

/** A person who can sign in. */
export interface User {
  /** Stable id; survives changes of name, mail and groups. */
  readonly sub: string;
  readonly username: string;
  readonly email: string;
  readonly groups: readonly string[];
}

/** What is given for a new or changed user. */
export interface SeededUser {
  readonly username: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly password: string;
}

interface StoredUser extends User {
  /** Base64url. */
  readonly salt: string;
  readonly passwordHash: string;
}

const HASH_BYTES = 32;
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
/** Hashed in place of an unknown user's password, so that both take the same time. */
const NOBODY = {
  salt: randomBytes(16).toString('base64url'),
  passwordHash: randomBytes(HASH_BYTES).toString('base64url'),
};

/** Users in one durable file, with scrypt hashes in place of passwords. */
export class UserStore {
  readonly #file: string;
  #users: readonly StoredUser[];
  #writing: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
    this.#users = asList(readJson(file), file).map((entry) => readUser(entry, file));
  }

  /** Adds a user, or changes the one with this username; the id stays. Durable when it resolves. */
  put(seed: SeededUser): Promise<User> {
    const next = this.#writing.then(() => this.#put(seed));
    this.#writing = next.catch(() => undefined);
    return next;
  }

  /** The user who signs in with this name or mail address and password; `undefined` when there is none. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const user = this.#find(name);
    const { salt, passwordHash } = user ?? NOBODY;
    const actual = await hashPassword(password, salt);
    const equal = timingSafeEqual(actual, Buffer.from(passwordHash, 'base64url'));
    return user !== undefined && equal ? publicPart(user) : undefined;
  }

  async #put(seed: SeededUser): Promise<User> {
    const salt = randomBytes(16).toString('base64url');
    const passwordHash = (await hashPassword(seed.password, salt)).toString('base64url');
    const sub = this.#find(seed.username)?.sub ?? randomUUID();
    const { username, email, groups } = seed;
    const user: StoredUser = { sub, username, email, groups, salt, passwordHash };
    this.#users = [...this.#users.filter((known) => known.sub !== sub), user];
    await writeJsonDurably(this.#file, this.#users);
    return publicPart(user);
  }

  #find(name: string): StoredUser | undefined {
    const wanted = name.toLowerCase();
    return this.#users.find((user) => user.username.toLowerCase() === wanted || user.email.toLowerCase() === wanted);
  }
}

function hashPassword(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'base64url'), HASH_BYTES, SCRYPT, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function publicPart({ sub, username, email, groups }: StoredUser): User {
  return { sub, username, email, groups };
}

function readUser(value: unknown, where: string): StoredUser {
  const entry = asRecord(value, where);
  const text = (name: string): string => asText(entry[name], `${where} ${name}`);
  return {
    sub: text('sub'),
    username: text('username'),
    email: text('email'),
    groups: textList(entry['groups'], `${where} groups`),
    salt: text('salt'),
    passwordHash: text('passwordHash'),
  };
}
