import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VECTORS_VERSION, type Vector } from '../../../tools/vectors/vector-file.ts';
import { vectorFiles } from '../../../tools/vectors/vector-files.ts';
import { OUTCOMES } from './outcomes.ts';

interface StoredFile {
  readonly version: number;
  readonly kind: string;
  readonly vectors: readonly Vector[];
}

const folder = join(import.meta.dirname, '../../vectors');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const files = names.map((name): StoredFile => JSON.parse(textOf(name)));
const MAX_FILE_BYTES = 300_000;

describe('the published test vectors', () => {
  it('are the ones that the generator writes when it runs again', () => {
    const generated = vectorFiles();

    expect(names).toEqual([...generated.keys()].sort());
    for (const [name, text] of generated) expect(textOf(name) === text, name).toBe(true);
  });

  it('are wrong on purpose in two cases of three or more, and small enough to copy', () => {
    const all = files.flatMap(({ vectors }) => vectors);

    expect(all.filter(({ expect: { accepted } }) => !accepted).length).toBeGreaterThanOrEqual((all.length * 2) / 3);
    for (const name of names) expect(Buffer.byteLength(textOf(name)), name).toBeLessThan(MAX_FILE_BYTES);
  });

  it('have names of their own in each file', () => {
    for (const { kind, vectors } of files)
      expect(new Set(vectors.map(({ name }) => name)).size, kind).toBe(vectors.length);
  });
});

describe.each(files)('the vectors of kind $kind', ({ version, kind, vectors }) => {
  const outcome = OUTCOMES[kind];

  it.each(vectors)('give what they state: $name', ({ input, expect: expected }) => {
    expect(version).toBe(VECTORS_VERSION);
    expect(outcome?.(input)).toEqual(expected);
  });
});
