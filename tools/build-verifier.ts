import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { sha256Hex } from '../core/ledger/hash.ts';

const ROOT = join(import.meta.dirname, '..');
const ENTRY = 'cli/verify-log/standalone.ts';
const BANNER =
  '// Countersign: verifies an exported log. Apache License 2.0; licenses of the packages inside stand at the end.';

/** What a package in the file says of itself. */
interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The text of its license file. */
  readonly text: string;
}

/** What was built. */
export interface BuiltVerifier {
  readonly bytes: number;
  /** Of the file, hexadecimal: for those who are given it to compare. */
  readonly sha256: string;
  /** Packages that are part of the file, with their licenses. */
  readonly packages: readonly Pick<Bundled, 'name' | 'version' | 'license'>[];
}

/**
 * Builds the verifier as one file that needs nothing but Node 20 or later. It is not minified, so that it can be read,
 * and the same sources give the same bytes. Licenses of what is inside stand at its end.
 *
 * @throws {Error} when a package inside has no license file
 */
export async function buildVerifier(outFile: string): Promise<BuiltVerifier> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    outfile: outFile,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Paths in comments are then the same wherever packages are installed.
    preserveSymlinks: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    banner: { js: BANNER },
  });
  const packages = bundledIn(Object.keys(metafile.inputs));
  const code = outputFiles.map(({ text }) => text).join('');
  const text = `${code}\n${packages.map(licenseComment).join('\n')}\n`;
  mkdirSync(dirname(outFile), { recursive: true });
  writeFileSync(outFile, text);
  const named = packages.map(({ name, version, license }) => ({ name, version, license }));
  return { bytes: Buffer.byteLength(text), sha256: sha256Hex(text), packages: named };
}

function bundledIn(inputs: readonly string[]): readonly Bundled[] {
  const folders = new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  return [...folders].sort().map((folder) => describe(join(ROOT, folder)));
}

function describe(folder: string): Bundled {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(each));
  if (file === undefined) throw new Error(`expected a license file of \`${name}\`, got none in \`${dirname(folder)}\``);
  return { name, version, license, text: readFileSync(join(folder, file), 'utf8').trim() };
}

function licenseComment({ name, version, license, text }: Bundled): string {
  const lines = text.replaceAll('*/', '* /').split(/\r?\n/);
  return [`/* ${name} ${version} (${license})`, '', ...lines, '*/'].join('\n');
}
