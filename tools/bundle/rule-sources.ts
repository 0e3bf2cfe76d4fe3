import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { RuleSource } from '../../core/gate/lint/finding.ts';
import type { JsonObject } from '../../core/json.ts';
import { BundleBuildError } from './error.ts';
import { messages } from './rules.ts';

/**
 * Reads the rules of a policies directory with where they stand, also those that would not build.
 *
 * @throws {BundleBuildError} when a file is not Cedar
 */
export function readRuleSources(policiesDirectory: string): readonly RuleSource[] {
  const directory = join(policiesDirectory, 'rules');
  const files = readdirSync(directory).filter((name) => name.endsWith('.cedar'));
  return files.sort().flatMap((name) => sourcesOf(`rules/${name}`, readFileSync(join(directory, name), 'utf8')));
}

function sourcesOf(file: string, text: string): readonly RuleSource[] {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new BundleBuildError(file, undefined, messages(parts.errors));
  let from = 0;
  return parts.policies.map((source) => {
    const offset = Math.max(from, text.indexOf(source, from));
    from = offset + source.length;
    const before = text.slice(0, offset).split('\n');
    return { file, line: before.length, column: (before.at(-1) ?? '').length + 1, source, ...contentOf(file, source) };
  });
}

function contentOf(file: string, source: string): Pick<RuleSource, 'id' | 'annotations' | 'policy'> {
  const parsed = policyToJson(source);
  if (parsed.type === 'failure') throw new BundleBuildError(file, undefined, messages(parsed.errors));
  const policy: JsonObject = JSON.parse(JSON.stringify(parsed.json));
  const texts = Object.entries(parsed.json.annotations ?? {}).map(([name, value]) => [name, value ?? ''] as const);
  const annotations: { readonly [name: string]: string } = Object.fromEntries(texts);
  return { id: annotations['id'] ?? '', annotations, policy };
}
