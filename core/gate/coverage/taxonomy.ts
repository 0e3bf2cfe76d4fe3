import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { JsonReader } from '../facts/json-reader.ts';

/** A risk or mitigation of the framework. */
export interface FrameworkEntry {
  readonly id: string;
  readonly title: string;
  /** The framework's own cross-references: titles of cited parts, by document. */
  readonly references: { readonly [document: string]: readonly string[] };
}

/** A cross-reference that is this project's own. */
export interface ProjectMapping {
  readonly document: string;
  readonly title: string;
  readonly note: string;
  readonly entries: readonly {
    readonly id: string;
    readonly title: string;
    readonly framework: readonly string[];
  }[];
}

/** The framework with its cross-references. */
export interface Taxonomy {
  readonly attribution: string;
  /** Titles of the cited documents, by key. */
  readonly documents: { readonly [document: string]: string };
  readonly risks: readonly FrameworkEntry[];
  readonly mitigations: readonly FrameworkEntry[];
  readonly projectMappings: readonly ProjectMapping[];
}

/** A part of the product that carries risks and mitigations besides the rules. */
export interface Control {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly carries: readonly string[];
  /** Files that show it, from the repository's root. */
  readonly evidence: readonly string[];
}

/** What the product does about a risk, and what stays with whoever deploys it. */
export interface RiskStance {
  readonly id: string;
  readonly how: 'prevents' | 'restricts' | 'evidences' | 'deployer';
  readonly mechanism: string;
  readonly deployer: string;
}

/** Controls and stances. */
export interface ControlMap {
  readonly controls: readonly Control[];
  readonly stances: ReadonlyMap<string, RiskStance>;
}

/** Reads the framework. @throws {JsonFormatError} naming the first place that is not as expected */
export function decodeTaxonomy(value: JsonValue): Taxonomy {
  const reader = new JsonReader(value, 'framework');
  return {
    attribution: reader.text('attribution'),
    documents: texts(reader.object('references')),
    risks: reader.list('risks').map(decodeEntry),
    mitigations: reader.list('mitigations').map(decodeEntry),
    projectMappings: Object.entries(reader.object('projectMappings')).map(([document, item]) =>
      decodeMapping(document, item),
    ),
  };
}

/**
 * Reads the control map and checks it against the framework: every id must be the framework's, and every risk must have
 * a stance.
 *
 * @throws {JsonFormatError} naming the first place that is not as expected
 */
export function decodeControlMap(value: JsonValue, taxonomy: Taxonomy): ControlMap {
  const reader = new JsonReader(value, 'controls');
  reader.only(['note', 'controls', 'risks']);
  const known = new Set([...taxonomy.risks, ...taxonomy.mitigations].map(({ id }) => id));
  const controls = reader.list('controls').map((item) => decodeControl(item, known));
  const stances = new Map(
    reader
      .list('risks')
      .map(decodeStance)
      .map((stance) => [stance.id, stance]),
  );
  const missing = taxonomy.risks.find(({ id }) => !stances.has(id));
  if (missing !== undefined) throw reader.wrong('risks', `complete, without \`${missing.id}\``);
  return { controls, stances };
}

function decodeEntry(value: JsonValue): FrameworkEntry {
  const reader = new JsonReader(value, 'framework entry');
  const references = new JsonReader(reader.object('references'), 'references');
  const documents = Object.keys(reader.object('references'));
  return {
    id: reader.text('id'),
    title: reader.text('title'),
    references: Object.fromEntries(documents.map((document) => [document, references.texts(document)])),
  };
}

function decodeMapping(document: string, value: JsonValue): ProjectMapping {
  const reader = new JsonReader(value, `projectMappings.${document}`);
  return {
    document,
    title: reader.text('title'),
    note: reader.text('note'),
    entries: reader.list('entries').map((item) => {
      const entry = new JsonReader(item, `projectMappings.${document}.entries`);
      return { id: entry.text('id'), title: entry.text('title'), framework: entry.texts('framework') };
    }),
  };
}

function decodeControl(value: JsonValue, known: ReadonlySet<string>): Control {
  const at = isJsonObject(value) ? String(value['id']) : 'control';
  const reader = new JsonReader(value, at);
  reader.only(['id', 'title', 'statement', 'carries', 'evidence']);
  const carries = reader.texts('carries');
  if (!carries.every((id) => known.has(id))) throw reader.wrong('carries', 'ids of the framework');
  const evidence = reader.texts('evidence');
  if (evidence.length === 0) throw reader.wrong('evidence', 'at least one file');
  return { id: reader.text('id'), title: reader.text('title'), statement: reader.text('statement'), carries, evidence };
}

function decodeStance(value: JsonValue): RiskStance {
  const reader = new JsonReader(value, 'controls.risks');
  reader.only(['id', 'how', 'mechanism', 'deployer']);
  return {
    id: reader.text('id'),
    how: reader.oneOf('how', ['prevents', 'restricts', 'evidences', 'deployer'] as const),
    mechanism: reader.text('mechanism'),
    deployer: reader.text('deployer'),
  };
}

function texts(object: JsonObject): { readonly [name: string]: string } {
  const reader = new JsonReader(object, 'references');
  return Object.fromEntries(Object.keys(object).map((name) => [name, reader.text(name)]));
}
