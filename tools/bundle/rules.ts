import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { BundledRule } from '../../core/gate/bundle.ts';
import { parseRequirement } from '../../core/gate/requirement.ts';
import { BundleBuildError } from './error.ts';
import { frameworkIds } from './framework-ids.ts';

/** One rule as written, as parsed, and as the bundle quotes it. */
export interface ParsedRule {
  readonly file: string;
  readonly source: string;
  readonly policy: PolicyJson;
  readonly rule: BundledRule;
}

/** Reads every rule of `<directory>/*.cedar` with the official parser, in the order of file names. */
export function parseRules(directory: string): readonly ParsedRule[] {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.cedar'))
    .sort();
  const rules = files.flatMap((name) => parseFile(`rules/${name}`, readFileSync(join(directory, name), 'utf8')));
  const seen = new Map<string, string>();
  for (const { rule, file } of rules) {
    const earlier = seen.get(rule.id);
    if (earlier !== undefined) throw new BundleBuildError(file, rule.id, `expected a unique id, already in ${earlier}`);
    seen.set(rule.id, file);
  }
  return rules;
}

function parseFile(file: string, text: string): readonly ParsedRule[] {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new BundleBuildError(file, undefined, messages(parts.errors));
  if (parts.policy_templates.length > 0) throw new BundleBuildError(file, undefined, 'expected no templates');
  return parts.policies.map((source) => {
    const parsed = policyToJson(source);
    if (parsed.type === 'failure') throw new BundleBuildError(file, undefined, messages(parsed.errors));
    return { file, source, policy: parsed.json, rule: readAnnotations(file, parsed.json) };
  });
}

const RULE_ID = /^CS-[A-Z]+-T([0-3])-[0-9]{3}$/;
const MAX_TEXT_LENGTH = 300;
const ANNOTATIONS = ['id', 'text', 'framework', 'tier', 'requires', 'mode'];

function readAnnotations(file: string, policy: PolicyJson): BundledRule {
  const annotations = policy.annotations ?? {};
  const id = annotations['id'] ?? '';
  const fail = (problem: string): BundleBuildError => new BundleBuildError(file, id || '(no id)', problem);
  const tier = RULE_ID.exec(id)?.[1];
  if (tier === undefined) throw fail('expected an @id like `CS-PAY-T2-003`');
  if (annotations['tier'] !== tier) throw fail(`expected @tier("${tier}") as the id says`);
  const text = annotations['text'] ?? '';
  if (text.length === 0 || text.length > MAX_TEXT_LENGTH || !text.endsWith('.') || text !== text.trim()) {
    throw fail(`expected @text to be one to ${MAX_TEXT_LENGTH} characters and end with a full stop`);
  }
  const unknown = Object.keys(annotations).find((name) => !ANNOTATIONS.includes(name));
  if (unknown !== undefined) throw fail(`unexpected annotation \`@${unknown}\``);
  const requires = annotations['requires'];
  if (requires !== undefined && (parseRequirement(requires) === undefined || policy.effect !== 'forbid')) {
    throw fail('expected @requires only on a forbid, as `approvals=1` or `approvals=2;managers=1`');
  }
  const mode = annotations['mode'];
  if (mode !== undefined && mode !== 'shadow') throw fail('expected @mode("shadow"), or no @mode');
  return {
    id,
    text,
    frameworkRefs: frameworkIds(annotations['framework'] ?? ''),
    tier: Number(tier),
    effect: policy.effect,
    ...(typeof requires === 'string' && { requires }),
    ...(mode === 'shadow' && { mode }),
  };
}

/** The parser's messages on one line. */
export function messages(errors: readonly { readonly message: string }[]): string {
  return errors.map((error) => error.message).join('; ');
}
