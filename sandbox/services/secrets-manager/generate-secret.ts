import { randomInt } from 'node:crypto';
import { isRawObject, objectOrEmpty, type RawObject } from '../../template/raw-template.ts';

const lowerCase = 'abcdefghijklmnopqrstuvwxyz';
const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

function shuffled(characters: readonly string[]): string {
  const list = [...characters];
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    const kept = list[last] ?? '';
    list[last] = list[other] ?? '';
    list[other] = kept;
  }
  return list.join('');
}

function generatePassword(rules: RawObject): string {
  const excluded = new Set(typeof rules['ExcludeCharacters'] === 'string' ? rules['ExcludeCharacters'] : '');
  const groups = [
    rules['ExcludeLowercase'] === true ? '' : lowerCase,
    rules['ExcludeUppercase'] === true ? '' : upperCase,
    rules['ExcludeNumbers'] === true ? '' : digits,
    rules['ExcludePunctuation'] === true ? '' : punctuation,
    rules['IncludeSpace'] === true ? ' ' : '',
  ].map((group) => [...group].filter((character) => !excluded.has(character)).join(''));
  const present = groups.filter((group) => group !== '');
  const length = Number(rules['PasswordLength'] ?? 32);
  const required = rules['RequireEachIncludedType'] === false ? [] : present.map(pick);
  const all = present.join('');
  const others = Array.from({ length: Math.max(length - required.length, 0) }, () => pick(all));
  return shuffled([...required, ...others]).slice(0, length);
}

/** A new value by a template's `GenerateSecretString`: the password alone, or put into its template object. */
export function generateSecret(rules: RawObject): string {
  const password = generatePassword(rules);
  const { SecretStringTemplate: template, GenerateStringKey: member } = rules;
  if (typeof template !== 'string' || typeof member !== 'string') {
    return password;
  }
  const parsed: unknown = JSON.parse(template);
  return JSON.stringify({ ...(isRawObject(parsed) ? parsed : objectOrEmpty(undefined)), [member]: password });
}
