import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { configSchema, type DeploymentConfig } from './schema.ts';

/** Thrown when a configuration cannot be used; the message lists every problem with its place. */
export class ConfigError extends Error {
  readonly code = 'config_invalid';
}

/** A path as people write it: `agents[0].roleName`. */
function place(issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map((item) => item.key);
  const joined = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return joined.replace(/^\./, '') || 'the file';
}

/** How a message names the kinds of JSON value. */
const KINDS: { readonly [valibotName: string]: string } = {
  string: 'text',
  number: 'a number',
  Array: 'a list',
  Object: 'an object',
};

function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'no such key';
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  const expected = issue.expected ?? 'another value';
  return KINDS[expected] ?? expected.replaceAll('"', '`');
}

function got(input: unknown): string {
  return input === undefined ? 'nothing' : `\`${JSON.stringify(input).replace(/^"(.*)"$/s, '$1')}\``;
}

function describe(issue: v.BaseIssue<unknown>): string {
  const last = issue.path?.at(-1);
  const isMissing = issue.type === 'strict_object' && issue.input === undefined;
  const value = last === undefined ? issue.input : last.value;
  return `\`${place(issue)}\`: expected ${isMissing ? 'a value' : expectation(issue)}, got ${got(value)}`;
}

/**
 * Checks a parsed configuration.
 *
 * @param source the file's name, for messages
 * @throws {ConfigError} listing every problem as ``file: `place`: expected …, got `…` ``
 */
export function parseConfig(value: unknown, source: string): DeploymentConfig {
  const result = v.safeParse(configSchema, value);
  if (result.success) return result.output;
  const problems = new Set(result.issues.map((issue) => `${source}: ${describe(issue)}`));
  throw new ConfigError([...problems].join('\n'));
}

/**
 * Reads a configuration file.
 *
 * @throws {ConfigError} when it is missing, not JSON, or invalid
 */
export function readConfig(path: string): DeploymentConfig {
  let bytes: string;
  try {
    bytes = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(`expected a configuration file, got nothing at \`${path}\``);
  }
  let value: unknown;
  try {
    value = JSON.parse(bytes);
  } catch (error) {
    throw new ConfigError(`${path}: expected JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  return parseConfig(value, path);
}
