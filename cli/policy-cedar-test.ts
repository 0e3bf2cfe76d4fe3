import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { policyToJson, schemaToJson, templateToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { type CompiledPolicySet, compilePolicySet } from '../core/gate/cedar/compile-policy-set.ts';
import type { EntityStore } from '../core/gate/cedar/entity-store.ts';
import { type AuthorizationAnswer, evaluate } from '../core/gate/cedar/evaluate.ts';
import { isObject, parseCedarJson } from '../core/gate/cedar/json.ts';
import { loadEntities, readEntityRef } from '../core/gate/cedar/load-entities.ts';
import { parsePolicyText } from '../core/gate/cedar/policy-text.ts';
import { CedarSchema } from '../core/gate/cedar/schema.ts';

const USAGE = 'usage: countersign policy cedar-test <directory> [--json]\n';

/** One request whose answer was not the expected one, or a file that could not be read. */
interface Failure {
  readonly test: string;
  readonly request: string;
  readonly message: string;
}

interface Loaded {
  readonly policies: CompiledPolicySet;
  readonly entities: EntityStore;
  readonly schema: CedarSchema | null;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Runs Cedar's integration tests (the layout of cedar-policy/cedar-integration-tests) through the compiled evaluator and
 * prints `N passed, N failed`, counting requests, then the failures; with `--json` one JSON object. The official engine
 * parses policy and schema text only. Policies and templates are `policy0`, `policy1`, … in the order of their text; a
 * test may link templates with `templateLinks` as Cedar's JSON policy sets do.
 *
 * @returns the exit code: 0 when all passed, 1 when any failed, 2 on bad usage or a directory without tests
 */
export async function policyCedarTest(argv: readonly string[]): Promise<number> {
  const [directory, ...others] = argv.filter((argument) => argument !== '--json');
  if (directory === undefined || others.length > 0 || !existsSync(directory)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const tests = findTests(directory);
  if (tests.length === 0) {
    process.stderr.write(`expected tests under \`${directory}\`, got none\n`);
    return 2;
  }
  const outcomes = tests.flatMap(({ path, test }) => runTest(directory, path, test));
  const failures = outcomes.filter((outcome) => outcome !== null);
  print(outcomes.length - failures.length, failures, argv.includes('--json'));
  return failures.length === 0 ? 0 : 1;
}

function print(passed: number, failures: readonly Failure[], asJson: boolean): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ passed, failed: failures.length, failures })}\n`);
    return;
  }
  const lines = failures.map(({ test, request, message }) => `${test}: ${request}: ${message}\n`);
  process.stdout.write(`${passed} passed, ${failures.length} failed\n${lines.join('')}`);
}

/** Every JSON file below `directory` that is a test: entities and schemas lie beside them. Unreadable ones fail. */
function findTests(directory: string): { readonly path: string; readonly test: Json }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path, test: readTest(path) }))
    .filter((file): file is { path: string; test: Json } => isTest(file.test));
}

function readTest(path: string): unknown {
  try {
    return parseCedarJson(readFileSync(path, 'utf8'));
  } catch (error) {
    return { policies: '', requests: [{ description: messageOf(error) }] };
  }
}

function isTest(json: unknown): boolean {
  return isObject(json) && typeof json['policies'] === 'string' && Array.isArray(json['requests']);
}

function runTest(directory: string, path: string, test: Json): (Failure | null)[] {
  const name = relative(directory, path);
  const requests = Array.isArray(test['requests']) ? test['requests'].filter(isObject) : [];
  try {
    const loaded = load(directory, path, test);
    return requests.map((request) => runRequest(name, loaded, request));
  } catch (error) {
    return requests.map((request) => ({ test: name, request: describe(request), message: messageOf(error) }));
  }
}

function load(directory: string, path: string, test: Json): Loaded {
  const read = (file: unknown): string => readFileSync(locate(directory, path, String(file)), 'utf8');
  const policyTexts = parsePolicyText(read(test['policies']), {
    policyToJson: (text) => jsonOrNull(policyToJson(text)),
    templateToJson: (text) => jsonOrNull(templateToJson(text)),
  });
  const numbered = policyTexts.map(({ kind, json }, index) => ({ kind, entry: [`policy${index}`, json] as const }));
  const entriesOf = (kind: string) => numbered.filter((policy) => policy.kind === kind).map((policy) => policy.entry);
  const schema = test['schema'] === undefined ? null : readSchema(String(test['schema']), read(test['schema']));
  const entitiesJson = parseCedarJson(read(test['entities']));
  return {
    policies: compilePolicySet({
      staticPolicies: Object.fromEntries(entriesOf('policy')),
      templates: Object.fromEntries(entriesOf('template')),
      templateLinks: test['templateLinks'] ?? [],
    }),
    entities: loadEntities(schema === null ? entitiesJson : schema.explicitEntities(entitiesJson)),
    schema,
  };
}

/** Paths in a test are relative to the directory; a corpus unpacked elsewhere has the files beside the test. */
function locate(directory: string, testPath: string, file: string): string {
  const candidates = [join(directory, file), join(dirname(directory), file), join(dirname(testPath), basename(file))];
  return candidates.find((candidate) => existsSync(candidate)) ?? file;
}

function jsonOrNull(answer: ReturnType<typeof policyToJson>): unknown {
  return answer.type === 'success' ? answer.json : null;
}

function readSchema(file: string, text: string): CedarSchema {
  const answer = schemaToJson(file.endsWith('.json') ? JSON.parse(text) : text);
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '));
  return new CedarSchema(answer.json);
}

function runRequest(test: string, loaded: Loaded, request: Json): Failure | null {
  try {
    const answer = answerTo(loaded, request);
    const got = summary(answer.decision, answer.determining, idsOf(answer));
    const expected = summary(request['decision'], listOf(request['reason']), listOf(request['errors']));
    if (answer.problem === null && got === expected) return null;
    return { test, request: describe(request), message: `expected ${expected}, got ${answer.problem?.message ?? got}` };
  } catch (error) {
    return { test, request: describe(request), message: messageOf(error) };
  }
}

function answerTo({ policies, entities, schema }: Loaded, request: Json): AuthorizationAnswer {
  const action = readEntityRef(request['action']);
  const json = request['context'];
  const context = schema === null ? json : schema.explicitContext(action, json);
  if (!isObject(context)) throw new Error('expected a context object');
  return evaluate(
    policies,
    {
      principal: readEntityRef(request['principal']),
      action,
      resource: readEntityRef(request['resource']),
      context,
    },
    entities,
  );
}

function idsOf(answer: AuthorizationAnswer): string[] {
  return answer.erroring.map((failure) => failure.policyId);
}

function listOf(json: unknown): string[] {
  return Array.isArray(json) ? json.map(String) : [];
}

function summary(decision: unknown, reason: readonly string[], errors: readonly string[]): string {
  return JSON.stringify({ decision, reason: reason.toSorted(), errors: errors.toSorted() });
}

function describe(request: Json): string {
  return String(request['description'] ?? 'request');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
