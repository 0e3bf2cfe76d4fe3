import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Tier } from './decision.ts';
import { decodeFactSources, decodeSignals } from './facts/declarations.ts';
import { JsonReader } from './facts/json-reader.ts';
import type { ParamsSchema } from './facts/params.ts';
import { decodeParamsSchema } from './facts/params-schema.ts';
import type { SignalRule } from './facts/signals.ts';
import type { FactSources } from './facts/sources.ts';

/** What an action does to the world, as the institution reads it. */
export type Effect = 'read' | 'reversible-write' | 'irreversible' | 'hand-off';

/** Where an action's amount stands in its parameters. Several pointers are added up. */
export interface AmountSource {
  /** RFC 6901 pointers into the parameters. */
  readonly pointers: readonly string[];
  readonly currency: 'USD';
  /** `major`: a JSON number of dollars. `reward`: text, `300 points` (a hundred to the dollar) or `$3.00`. */
  readonly format: 'major' | 'reward';
  /** True when money moves, so that the amount counts towards what a session and a day add up to. */
  readonly moves: boolean;
  /** True when the amount may be left out, because the institution knows the one in force. */
  readonly optional: boolean;
}

/** Thresholds in micro-USD. Rules apply above a threshold, not at it. */
export interface Limits {
  readonly materialityMicroUsd: bigint;
  readonly dualMicroUsd: bigint;
  readonly sessionMicroUsd: bigint;
  readonly dayMicroUsd: bigint;
}

/** What kind of resource an action is about, and which parameter must name the same one. */
export interface ResourceRule {
  readonly kind: string;
  /** RFC 6901 pointer to the parameter that names the resource. */
  readonly param?: string;
  /** True when an agent's list of accounts must name the resource. */
  readonly accountBound: boolean;
}

/** What a call costs the institution: a fixed price, or a model's price times its tokens. */
export type ActionCost = { readonly kind: 'fixed'; readonly microUsd: bigint } | { readonly kind: 'model' };

/** How one action type is governed. Nothing here comes from an agent. */
export interface CatalogueEntry {
  readonly title: string;
  readonly tier: Tier;
  readonly decisionClass: string;
  /** Properties that rules of more than one class refer to. */
  readonly traits: readonly string[];
  readonly scope: string;
  readonly effect: Effect;
  readonly reversible: boolean;
  readonly resource: ResourceRule;
  readonly params: ParamsSchema;
  readonly amount?: AmountSource;
  /** Present exactly when `amount` is. */
  readonly limits?: Limits;
  readonly facts: FactSources;
  readonly signals: readonly SignalRule[];
  /** True when what the action returns can hold text that somebody outside the institution wrote. */
  readonly marksSession: boolean;
  /** Pointers to parameters that no person and no record may see in the clear. */
  readonly confidential: readonly string[];
  /** Dotted paths of facts, or of records of them, that explanations for agents do not name. */
  readonly confidentialFacts?: readonly string[];
  readonly cost: ActionCost;
}

/** The action types an institution knows. Anything else is denied. */
export type Catalogue = Pick<
  ReadonlyMap<string, CatalogueEntry>,
  'get' | 'has' | 'keys' | 'values' | typeof Symbol.iterator
>;

const TYPE_NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;
const EFFECTS: readonly Effect[] = ['read', 'reversible-write', 'irreversible', 'hand-off'];

/**
 * Reads a catalogue.
 *
 * @throws {JsonFormatError} naming the first place that is not as expected; unknown members are refused
 */
export function decodeCatalogue(value: JsonValue | undefined): Catalogue {
  return new Map(entriesOf(value).map(([type, entry]) => [type, decodeEntry(entry, `catalogue.types.${type}`)]));
}

/**
 * Takes a catalogue that {@link decodeCatalogue} accepted before; an entry is read when it is first asked for.
 *
 * @throws {JsonFormatError} as `decodeCatalogue` does, for an entry when it is asked for
 */
export function openCatalogue(value: JsonValue | undefined): Catalogue {
  return new EntriesWhenAsked(new Map(entriesOf(value)));
}

function entriesOf(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  const reader = new JsonReader(value, 'catalogue');
  reader.only(['currency', 'notes', 'types']);
  if (reader.text('currency') !== 'USD') throw reader.wrong('currency', '`USD`');
  const entries = Object.entries(reader.object('types'));
  const misnamed = entries.find(([type]) => !TYPE_NAME.test(type));
  if (misnamed !== undefined) throw reader.wrong(`types.${misnamed[0]}`, 'a dotted lower-case name');
  return entries;
}

class EntriesWhenAsked implements Catalogue {
  readonly #read = new Map<string, CatalogueEntry>();
  readonly #json: ReadonlyMap<string, JsonValue>;

  constructor(json: ReadonlyMap<string, JsonValue>) {
    this.#json = json;
  }

  get(type: string): CatalogueEntry | undefined {
    const json = this.#json.get(type);
    const known = this.#read.get(type);
    if (json === undefined || known !== undefined) return known;
    const entry = decodeEntry(json, `catalogue.types.${type}`);
    this.#read.set(type, entry);
    return entry;
  }

  has(type: string): boolean {
    return this.#json.has(type);
  }

  keys(): MapIterator<string> {
    return this.#json.keys();
  }

  values(): MapIterator<CatalogueEntry> {
    return this.#all().values();
  }

  [Symbol.iterator](): MapIterator<[string, CatalogueEntry]> {
    return this.#all()[Symbol.iterator]();
  }

  #all(): ReadonlyMap<string, CatalogueEntry> {
    return new Map([...this.keys()].flatMap((type) => [[type, this.get(type)] as const]).filter(isRead));
  }
}

function isRead(pair: readonly [string, CatalogueEntry | undefined]): pair is readonly [string, CatalogueEntry] {
  return pair[1] !== undefined;
}

function decodeEntry(value: JsonValue, at: string): CatalogueEntry {
  const reader = new JsonReader(value, at);
  reader.only(ENTRY_MEMBERS);
  const amount = reader.optional('amount', decodeAmount);
  const limits = reader.optional('limits', decodeLimits);
  if ((amount === undefined) !== (limits === undefined)) throw reader.wrong('limits', 'present exactly with `amount`');
  return {
    title: reader.text('title'),
    tier: reader.oneOf('tier', [0, 1, 2, 3] as const),
    decisionClass: reader.text('decisionClass'),
    traits: reader.texts('traits'),
    scope: reader.text('scope'),
    effect: reader.oneOf('effect', EFFECTS),
    reversible: reader.boolean('reversible'),
    resource: decodeResource(reader.object('resource'), `${at}.resource`),
    params: decodeParamsSchema(reader.object('params'), `${at}.params`),
    ...(amount !== undefined && { amount }),
    ...(limits !== undefined && { limits }),
    facts: decodeFactSources(reader.optionalObject('facts'), `${at}.facts`),
    signals: decodeSignals(reader.list('signals'), `${at}.signals`),
    marksSession: reader.has('marksSession') && reader.boolean('marksSession'),
    confidential: reader.texts('confidential'),
    ...(reader.has('confidentialFacts') && { confidentialFacts: reader.texts('confidentialFacts') }),
    cost: decodeCost(reader),
  };
}

const ENTRY_MEMBERS = [
  'title',
  'tier',
  'decisionClass',
  'traits',
  'scope',
  'effect',
  'reversible',
  'resource',
  'params',
  'amount',
  'limits',
  'facts',
  'signals',
  'marksSession',
  'confidential',
  'confidentialFacts',
  'costMicroUsd',
  'pricing',
];

function decodeResource(value: JsonObject, at: string): ResourceRule {
  const reader = new JsonReader(value, at);
  reader.only(['kind', 'param', 'accountBound']);
  return {
    kind: reader.text('kind'),
    ...(value['param'] !== undefined && { param: reader.text('param') }),
    accountBound: reader.boolean('accountBound'),
  };
}

function decodeAmount(value: JsonValue, at: string): AmountSource {
  const reader = new JsonReader(value, at);
  reader.only(['pointers', 'currency', 'format', 'moves', 'optional']);
  return {
    pointers: reader.texts('pointers'),
    currency: reader.oneOf('currency', ['USD'] as const),
    format: reader.oneOf('format', ['major', 'reward'] as const),
    moves: reader.boolean('moves'),
    optional: isJsonObject(value) && value['optional'] === true,
  };
}

function decodeLimits(value: JsonValue, at: string): Limits {
  const reader = new JsonReader(value, at);
  reader.only(['materialityMicroUsd', 'dualMicroUsd', 'sessionMicroUsd', 'dayMicroUsd']);
  const limits = {
    materialityMicroUsd: reader.microUsd('materialityMicroUsd'),
    dualMicroUsd: reader.microUsd('dualMicroUsd'),
    sessionMicroUsd: reader.microUsd('sessionMicroUsd'),
    dayMicroUsd: reader.microUsd('dayMicroUsd'),
  };
  if (limits.dualMicroUsd <= limits.materialityMicroUsd) throw reader.wrong('dualMicroUsd', 'above the materiality');
  return limits;
}

function decodeCost(reader: JsonReader): ActionCost {
  if (reader.has('pricing') === reader.has('costMicroUsd')) throw reader.wrong('pricing', 'instead of `costMicroUsd`');
  if (reader.has('pricing')) {
    reader.oneOf('pricing', ['model'] as const);
    return { kind: 'model' };
  }
  return { kind: 'fixed', microUsd: reader.microUsd('costMicroUsd') };
}

/** The groups an action type belongs to, which is how rules name many types at once. */
export function actionGroups(entry: CatalogueEntry): readonly string[] {
  return [`tier-${entry.tier}`, `class-${entry.decisionClass}`, ...entry.traits.map((trait) => `trait-${trait}`)];
}
