import { describe, expect, it } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from '../support/source-files.ts';

const FOLDERS = [
  'core',
  'aws',
  'net',
  'lambdas',
  'lib',
  'sandbox',
  'cli',
  'sdk',
  'tools',
  'attacks',
  'bench',
  'test',
  'bin',
] as const;
type Folder = (typeof FOLDERS)[number];

/** Own folders each folder may import, besides itself. */
const ALLOWED: { readonly [F in Folder]: readonly Folder[] } = {
  core: [],
  aws: ['core'],
  net: ['core'],
  lambdas: ['core', 'aws', 'net'],
  sdk: ['core'],
  lib: ['core'],
  sandbox: ['core'],
  tools: ['core'],
  cli: ['core', 'aws', 'net', 'sdk', 'sandbox', 'tools'],
  attacks: ['core', 'aws', 'net', 'sdk', 'sandbox', 'cli', 'tools'],
  bin: ['lib', 'cli', 'tools'],
  bench: FOLDERS,
  test: FOLDERS,
};

/** Packages that only the named folders may import. */
const PACKAGE_HOMES: readonly { readonly prefix: string; readonly folders: readonly Folder[] }[] = [
  { prefix: '@aws-sdk/', folders: ['aws', 'lambdas', 'cli', 'test', 'bench'] },
  { prefix: 'aws-cdk-lib', folders: ['lib', 'bin', 'test'] },
  { prefix: '@cedar-policy/', folders: ['tools', 'cli', 'test', 'bench'] },
  { prefix: 'pkijs', folders: ['net', 'sandbox', 'test'] },
  { prefix: 'asn1js', folders: ['net', 'sandbox', 'test'] },
];

const folderOf = (path: string): Folder | undefined => FOLDERS.find((folder) => path.startsWith(`${folder}/`));

function wrongImports(file: SourceFile): string[] {
  const home = folderOf(file.path);
  if (home === undefined) return [];
  return importsOf(file)
    .filter((target) => !isAllowed(home, target))
    .map((target) => `${file.path} imports ${target}`);
}

function isAllowed(home: Folder, target: string): boolean {
  const folder = folderOf(target);
  if (folder !== undefined) return folder === home || ALLOWED[home].includes(folder);
  if (home === 'core') return target === 'node:crypto';
  const rule = PACKAGE_HOMES.find(({ prefix }) => target.startsWith(prefix));
  return rule === undefined || rule.folders.includes(home);
}

describe('imports', () => {
  const files = sourceFiles('.ts', '.tsx');

  it('run one way when every source file is read', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(wrongImports)).toEqual([]);
  });

  it('are refused when core reaches outside itself', () => {
    const file = { path: 'core/gate/x.ts', text: "import { x } from '../../aws/keys.ts';\nimport fs from 'node:fs';" };
    expect(wrongImports(file)).toEqual(['core/gate/x.ts imports aws/keys.ts', 'core/gate/x.ts imports node:fs']);
  });

  it('are refused when product code imports a handler', () => {
    const offenders = files
      .filter((file) => !/^(test|bench)\//.test(file.path))
      .flatMap((file) => importsOf(file).filter((target) => /^lambdas\/[^/]+\/handler\.ts$/.test(target)));
    expect(offenders).toEqual([]);
  });
});
