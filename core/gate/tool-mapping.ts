import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Result } from '../result.ts';
import { ok, refused } from '../result.ts';
import { JsonReader } from './facts/json-reader.ts';
import { resolvePointer } from './facts/pointer.ts';

/** How the tools of one agent framework are governed: each as one action type on one resource. */
export interface ToolMapping {
  readonly source: string;
  readonly types: ReadonlyMap<string, { readonly type: string; readonly resource: string }>;
  /** Tools that only carry a call of another tool, which is what has to be governed. */
  readonly wrappers: ReadonlyMap<string, { readonly toolParam: string; readonly argumentsParam: string }>;
}

/** What a session knows that a tool's arguments leave out, for example the account it is about. */
export type SessionDefaults = { readonly [name: string]: string };

/** A tool call as the gate governs it. */
export interface MappedCall {
  readonly type: string;
  readonly params: JsonObject;
  readonly resource: string;
}

/** Why a tool call cannot be mapped. It is then not governed, so it must not run. */
export interface MappingProblem {
  readonly code: 'unknown_tool' | 'unreadable_wrapper' | 'unknown_resource';
  readonly message: string;
}

/**
 * Reads a mapping.
 *
 * @throws {JsonFormatError} naming the first place that is not as expected
 */
export function decodeToolMapping(value: JsonValue): ToolMapping {
  const reader = new JsonReader(value, 'mapping');
  reader.only(['source', 'types', 'wrappers']);
  return {
    source: reader.text('source'),
    types: mapMembers(reader.object('types'), (item, at) => {
      const tool = new JsonReader(item, at);
      tool.only(['type', 'resource']);
      return { type: tool.text('type'), resource: tool.text('resource') };
    }),
    wrappers: mapMembers(reader.optionalObject('wrappers'), (item, at) => {
      const wrapper = new JsonReader(item, at);
      wrapper.only(['toolParam', 'argumentsParam']);
      return { toolParam: wrapper.text('toolParam'), argumentsParam: wrapper.text('argumentsParam') };
    }),
  };
}

/**
 * Maps a tool call to the action the gate decides. Arguments become parameters as they are. A wrapper is opened once:
 * the tool inside is what is governed, and a wrapper inside a wrapper is refused.
 */
export function mapToolCall(
  mapping: ToolMapping,
  tool: string,
  toolArguments: JsonObject,
  defaults: SessionDefaults,
): Result<MappedCall, MappingProblem> {
  const wrapper = mapping.wrappers.get(tool);
  if (wrapper === undefined) return mapPlainCall(mapping, tool, toolArguments, defaults);
  const inner = toolArguments[wrapper.toolParam];
  const innerArguments = parseArguments(toolArguments[wrapper.argumentsParam]);
  if (typeof inner !== 'string' || innerArguments === undefined) {
    return problem('unreadable_wrapper', `expected \`${tool}\` to carry a tool's name and arguments`);
  }
  return mapPlainCall(mapping, inner, innerArguments, defaults);
}

function mapPlainCall(
  mapping: ToolMapping,
  tool: string,
  params: JsonObject,
  defaults: SessionDefaults,
): Result<MappedCall, MappingProblem> {
  const target = mapping.types.get(tool);
  if (target === undefined) return problem('unknown_tool', `expected a mapped tool, got \`${tool}\``);
  const resource = fillResource(target.resource, params, defaults);
  if (resource === undefined) return problem('unknown_resource', `expected a value for \`${target.resource}\``);
  return ok({ type: target.type, params, resource });
}

/** Wrapped arguments travel as JSON text; none at all, or an empty text, is a call without arguments. */
function parseArguments(value: JsonValue | undefined): JsonObject | undefined {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') return isJsonObject(value) ? value : undefined;
  try {
    const parsed: JsonValue = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function fillResource(template: string, params: JsonObject, defaults: SessionDefaults): string | undefined {
  let isComplete = true;
  const resource = template.replace(/\{(params|session)\.([a-z_]+)\}/g, (_text, from: string, name: string) => {
    const value = resolvePointer(from === 'params' ? params : defaults, `/${name}`);
    if (typeof value === 'string' && value !== '') return value;
    isComplete = false;
    return '';
  });
  return isComplete ? resource : undefined;
}

function mapMembers<Value>(object: JsonObject, read: (item: JsonValue, at: string) => Value): Map<string, Value> {
  return new Map(Object.entries(object).map(([name, item]) => [name, read(item, `mapping.${name}`)]));
}

function problem(code: MappingProblem['code'], message: string): Result<never, MappingProblem> {
  return refused({ code, message });
}
