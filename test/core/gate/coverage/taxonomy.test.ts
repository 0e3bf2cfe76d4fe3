import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeControlMap, decodeTaxonomy } from '../../../../core/gate/coverage/taxonomy.ts';
import type { JsonObject } from '../../../../core/json.ts';
import { POLICIES_DIRECTORY } from '../../../../tools/build-bundle.ts';

const read = (path: string) => JSON.parse(readFileSync(join(POLICIES_DIRECTORY, path), 'utf8'));
const taxonomy = decodeTaxonomy(read('framework.json'));
const map: JsonObject = read('coverage/controls.json');
const { controls, stances } = decodeControlMap(map, taxonomy);

describe('the framework', () => {
  it('has all risks and mitigations, with its attribution', () => {
    expect([taxonomy.risks.length, taxonomy.mitigations.length]).toEqual([23, 23]);
    expect(taxonomy.attribution).toContain('CC BY 4.0');
  });

  it.each(['nist-ai-600-1', 'nist-sp-800-53r5', 'eu-ai-act', 'iso-42001', 'ffiec-itbooklets', 'owasp-llm'])(
    'cites %s',
    (document) => {
      const cited = [...taxonomy.risks, ...taxonomy.mitigations].flatMap(
        ({ references }) => references[document] ?? [],
      );
      expect(taxonomy.documents[document]).toBeTruthy();
      expect(cited.length).toBeGreaterThan(0);
    },
  );

  it('says of its own mappings that they are its own, and names only ids of the framework', () => {
    const known = new Set([...taxonomy.risks, ...taxonomy.mitigations].map(({ id }) => id));
    for (const { note, entries } of taxonomy.projectMappings) {
      expect(note).toMatch(/^This project's own mapping/);
      expect(entries.flatMap(({ framework }) => framework).filter((id) => !known.has(id))).toEqual([]);
    }
  });
});

describe('the control map', () => {
  it.each(controls.map((control) => [control.id, control] as const))('names files that show %s', (_id, control) => {
    expect(control.evidence.filter((path) => !existsSync(join(POLICIES_DIRECTORY, '..', path)))).toEqual([]);
    expect(control.evidence.some((path) => path.startsWith('test/') || path.startsWith('policies/'))).toBe(true);
  });

  it('says of every risk what is done and what is left', () => {
    expect([...stances.keys()]).toEqual(taxonomy.risks.map(({ id }) => id));
    for (const { mechanism, deployer } of stances.values()) {
      expect(mechanism.length * deployer.length).toBeGreaterThan(0);
    }
  });

  it('leaves to the deployer what no control of the product is about', () => {
    const left = [...stances.values()].filter(({ how }) => how === 'deployer').map(({ id }) => id);
    expect(left).toEqual(['AIR-SEC-002', 'AIR-OP-016', 'AIR-RC-023']);
  });

  it('is refused when a control carries what the framework does not have', () => {
    const changed = { ...map, controls: [{ ...first('controls'), carries: ['AIR-XX-001'] }] };
    expect(() => decodeControlMap(changed, taxonomy)).toThrow('ids of the framework');
  });

  it('is refused when a control names no evidence', () => {
    const changed = { ...map, controls: [{ ...first('controls'), evidence: [] }] };
    expect(() => decodeControlMap(changed, taxonomy)).toThrow('at least one file');
  });

  it('is refused when a risk is left out', () => {
    expect(() => decodeControlMap({ ...map, risks: [first('risks')] }, taxonomy)).toThrow('without `AIR-SEC-002`');
  });

  function first(list: string): JsonObject {
    const items = map[list];
    return Array.isArray(items) ? Object(items[0]) : {};
  }
});
