import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { BUNDLE_READERS, FUNCTION_NAMES, type FunctionName } from './function-names.ts';

/** Where each function's code comes from, and the policy bundle that travels with it. */
export interface FunctionCode {
  codeFor(name: FunctionName): Code;
  /** SHA-256 of the policy bundle file's bytes, lower-case hexadecimal. */
  readonly policyBundleHash: string;
}

/** What {@link bundleFunctions} reads and writes. */
export interface BundleOptions {
  /** The repository's root, holding `lambdas/`. */
  readonly rootDir: string;
  /** Folder to write; its contents are replaced. */
  readonly outDir: string;
  /** The policy bundle file. */
  readonly policyBundlePath: string;
}

const HANDLER_FILE = 'handler.ts';

/** CommonJS dependencies inside an ES module still call `require` for Node's own modules. */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

function entryFor(rootDir: string, name: FunctionName): string {
  return join(rootDir, 'lambdas', name, HANDLER_FILE);
}

/**
 * Bundles every function with one esbuild call: one folder each, holding `index.mjs`, the function's `assets` folder
 * where it has one, and the policy bundle for those that read it. Nothing is external, so the SDK version that was
 * tested is the one that executes.
 *
 * @throws {Error} naming every missing handler, or what esbuild refused
 */
export function bundleFunctions(options: BundleOptions): FunctionCode {
  const missing = FUNCTION_NAMES.filter((name) => !existsSync(entryFor(options.rootDir, name)));
  if (missing.length > 0) {
    throw new Error(
      `expected a handler for each of ${FUNCTION_NAMES.length} functions, got none at ${missing
        .map((name) => `\`lambdas/${name}/${HANDLER_FILE}\``)
        .join(', ')}`,
    );
  }
  rmSync(options.outDir, { recursive: true, force: true });
  buildSync({
    absWorkingDir: options.rootDir,
    entryPoints: Object.fromEntries(FUNCTION_NAMES.map((name) => [`${name}/index`, entryFor(options.rootDir, name)])),
    outdir: options.outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    // Error names and stack frames are read in logs; minified names would hide them.
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    sourcemap: false,
    legalComments: 'none',
    logLevel: 'error',
    banner: { js: REQUIRE_BANNER },
    loader: { '.html': 'text', '.css': 'text', '.svg': 'text', '.txt': 'text' },
  });
  for (const name of FUNCTION_NAMES) copyBeside(options, name);
  const policyBundleHash = createHash('sha256').update(readFileSync(options.policyBundlePath)).digest('hex');
  return { policyBundleHash, codeFor: (name) => Code.fromAsset(join(options.outDir, name)) };
}

function copyBeside(options: BundleOptions, name: FunctionName): void {
  const target = join(options.outDir, name);
  mkdirSync(target, { recursive: true });
  const assets = join(options.rootDir, 'lambdas', name, 'assets');
  if (existsSync(assets)) cpSync(assets, join(target, 'assets'), { recursive: true });
  if (BUNDLE_READERS.has(name)) copyFileSync(options.policyBundlePath, join(target, 'policy-bundle.json'));
}
