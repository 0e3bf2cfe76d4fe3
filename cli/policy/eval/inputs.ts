import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentFacts } from '../../../core/authority/registry-from-environment.ts';
import { registryFromEnvironment } from '../../../core/authority/registry-from-environment.ts';
import type { PriceTable } from '../../../core/budget/prices.ts';
import { parsePriceTable } from '../../../core/budget/prices.ts';
import type { ToolMapping } from '../../../core/gate/tool-mapping.ts';
import { decodeToolMapping } from '../../../core/gate/tool-mapping.ts';
import type { JsonValue } from '../../../core/json.ts';

/** How recorded tool calls become actions. */
export function readMapping(policiesDir: string): ToolMapping {
  return decodeToolMapping(readJson(join(policiesDir, 'tools/agent-actions.json')));
}

/** The price table of these policies. */
export function readPrices(policiesDir: string): PriceTable {
  return parsePriceTable(readJson(join(policiesDir, 'prices.json')));
}

/** What an account holder's environment says, as registry facts. */
export function readEnvironment(path: string): EnvironmentFacts {
  return registryFromEnvironment(readJson(path));
}

/** @throws {Error} naming the file when it is no JSON */
function readJson(path: string): JsonValue {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`expected json in ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
