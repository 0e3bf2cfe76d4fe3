import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { hasHiddenCharacters, visibleText } from './visible-text.ts';

/** Why a person should look at a value twice. */
export type ValueHint = 'hidden_characters' | 'mixed_scripts' | 'lookalike_letters' | 'unusual_forms' | 'cut';

/** One parameter as people see it. */
export interface RenderedValue {
  /** Where it stands, for example `payee › name`. */
  readonly path: string;
  /** The value, character for character, with nothing invisible. */
  readonly text: string;
  /** The same number in a form that is easier to read. */
  readonly readable?: string;
  readonly hints: readonly ValueHint[];
}

/** Longest value shown, characters. What is left out is counted in the text itself. */
export const MAX_SHOWN_CHARACTERS = 4_000;
/** Most values shown. What is left out is counted in a last line. */
export const MAX_SHOWN_VALUES = 500;

const LOOKALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
];
const MICRO_USD_PER_USD = 1_000_000n;
const MICRO_DIGITS = 6;
const SHORTEST_GROUPED = 4;

/** Every parameter, nested ones flattened, in the order of their names. */
export function renderParams(params: JsonObject): readonly RenderedValue[] {
  const values = rows(params, []);
  if (values.length <= MAX_SHOWN_VALUES) return values;
  const more = values.length - MAX_SHOWN_VALUES;
  return [...values.slice(0, MAX_SHOWN_VALUES), { path: '…', text: `… ${more} more parameters`, hints: ['cut'] }];
}

/** One text as people see it, for example a resource. */
export function renderText(path: string, text: string): RenderedValue {
  const characters = Array.from(text);
  const more = characters.length - MAX_SHOWN_CHARACTERS;
  const shown = visibleText(characters.slice(0, MAX_SHOWN_CHARACTERS).join(''));
  return { path, text: more > 0 ? `${shown}… ${more} more characters` : shown, hints: hintsFor(text, more > 0) };
}

function rows(value: JsonValue, path: readonly string[]): RenderedValue[] {
  const members = membersOf(value);
  if (members === undefined) return [leaf(value, path)];
  if (members.length === 0) return [{ path: pathText(path), text: Array.isArray(value) ? '[]' : '{}', hints: [] }];
  return members.flatMap(([key, member]) => rows(member, [...path, key]));
}

function membersOf(value: JsonValue): readonly (readonly [string, JsonValue])[] | undefined {
  if (Array.isArray(value)) return value.map((member, index): [string, JsonValue] => [String(index + 1), member]);
  return isJsonObject(value) ? Object.entries(value) : undefined;
}

function leaf(value: JsonValue, path: readonly string[]): RenderedValue {
  const shown = pathText(path);
  const nameHints = path.some(hasHiddenCharacters) ? (['hidden_characters'] as const) : [];
  const rendered = renderText(shown, typeof value === 'string' ? value : JSON.stringify(value));
  const readable = readableNumber(value, path.at(-1) ?? '');
  return {
    ...rendered,
    ...(readable !== undefined && { readable }),
    hints: [...new Set([...nameHints, ...rendered.hints])],
  };
}

function pathText(path: readonly string[]): string {
  return path.map((key) => visibleText(key).replaceAll('›', '⟨U+203A⟩')).join(' › ');
}

function hintsFor(text: string, isCut: boolean): ValueHint[] {
  const scripts = LOOKALIKE_SCRIPTS.filter((script) => script.test(text)).length;
  const hasLatin = LOOKALIKE_SCRIPTS[0]?.test(text) === true;
  return [
    ...(hasHiddenCharacters(text) ? (['hidden_characters'] as const) : []),
    ...(scripts > 1 ? (['mixed_scripts'] as const) : []),
    ...(scripts === 1 && !hasLatin ? (['lookalike_letters'] as const) : []),
    ...(text.normalize('NFKC') === text ? [] : (['unusual_forms'] as const)),
    ...(isCut ? (['cut'] as const) : []),
  ];
}

function readableNumber(value: JsonValue, name: string): string | undefined {
  const digits = typeof value === 'number' ? JSON.stringify(value) : value;
  if (typeof digits !== 'string' || !/^-?\d{1,30}(\.\d+)?$/.test(digits)) return undefined;
  if (/microusd$/i.test(name) && !digits.includes('.')) return usdText(BigInt(digits));
  return typeof value === 'number' ? groupedIfLong(digits) : undefined;
}

function groupedIfLong(digits: string): string | undefined {
  const [whole = '', fraction] = digits.split('.');
  if (whole.replace('-', '').length < SHORTEST_GROUPED) return undefined;
  return fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
}

function usdText(microUsd: bigint): string {
  const sign = microUsd < 0n ? '-' : '';
  const size = microUsd < 0n ? -microUsd : microUsd;
  const fraction = String(size % MICRO_USD_PER_USD)
    .padStart(MICRO_DIGITS, '0')
    .replace(/0{1,4}$/, '');
  return `USD ${sign}${grouped(String(size / MICRO_USD_PER_USD))}.${fraction}`;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
