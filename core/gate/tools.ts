import type { AgentRegistration } from '../authority/registration.ts';
import type { JsonObject } from '../json.ts';
import type { CompiledBundle } from './bundle.ts';
import type { Tier } from './decision.ts';
import type { ParamSchema, ParamsSchema } from './facts/params.ts';

/** An action type as an agent sees it: enough to call it, nothing about thresholds. */
export interface Tool {
  readonly type: string;
  readonly title: string;
  readonly tier: Tier;
  /** The kind of resource to name. */
  readonly resourceKind: string;
  /** JSON Schema (2020-12) of the parameters. */
  readonly params: JsonObject;
}

/** The action types within an agent's scopes, by name. An agent that is unknown or inactive has none. */
export function toolsFor(bundle: CompiledBundle, registration: AgentRegistration | undefined): readonly Tool[] {
  if (registration?.active !== true) return [];
  return [...bundle.catalogue]
    .filter(([, entry]) => registration.scopes.includes(entry.scope))
    .map(([type, { title, tier, resource, params }]) => ({
      type,
      title,
      tier,
      resourceKind: resource.kind,
      params: paramsJsonSchema(params),
    }))
    .sort((left, right) => (left.type < right.type ? -1 : 1));
}

function paramsJsonSchema({ required, properties }: ParamsSchema): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: [...required],
    properties: Object.fromEntries([...properties].map(([name, schema]) => [name, paramJsonSchema(schema)])),
  };
}

function paramJsonSchema(schema: ParamSchema): JsonObject {
  const { types, choices, minLength, maxLength, pattern, minimum, maximum } = schema;
  const isText = types.includes('string') && choices === undefined;
  const isNumber = types.includes('number') || types.includes('integer');
  return {
    ...(types.length > 0 && { type: types.length === 1 ? (types[0] ?? 'string') : [...types] }),
    ...(choices !== undefined && { enum: [...choices] }),
    ...(isText && { minLength, maxLength }),
    ...(isText && pattern !== undefined && { pattern: pattern.source }),
    ...(isNumber && { minimum, maximum }),
  };
}
