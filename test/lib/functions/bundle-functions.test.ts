import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../../lib/functions/bundle-functions.ts';
import { BUNDLE_READERS, FUNCTION_NAMES, type FunctionName } from '../../../lib/functions/function-names.ts';

const POLICY_BUNDLE = '{"rules":{}}';

/** A repository whose every handler uses CommonJS and a shared module. */
function repository(leftOut: readonly FunctionName[] = []) {
  const rootDir = mkdtempSync(join(tmpdir(), 'countersign-root-'));
  mkdirSync(join(rootDir, 'lambdas/shared'), { recursive: true });
  writeFileSync(join(rootDir, 'lambdas/shared/name.cjs'), "module.exports.sep = require('node:path').sep;\n");
  for (const name of FUNCTION_NAMES.filter((each) => !leftOut.includes(each))) {
    mkdirSync(join(rootDir, 'lambdas', name));
    const source = `import { sep } from '../shared/name.cjs';\nexport const handler = async (): Promise<string> => '${name}' + sep;\n`;
    writeFileSync(join(rootDir, 'lambdas', name, 'handler.ts'), source);
  }
  mkdirSync(join(rootDir, 'lambdas/approval-page/assets'), { recursive: true });
  writeFileSync(join(rootDir, 'lambdas/approval-page/assets/page.css'), 'body{}');
  const policyBundlePath = join(rootDir, 'policy-bundle.json');
  writeFileSync(policyBundlePath, POLICY_BUNDLE);
  return { rootDir, outDir: join(rootDir, 'out'), policyBundlePath };
}

describe('bundleFunctions', () => {
  it('gives each function a module that Node can import when its sources use CommonJS', async () => {
    const options = repository();
    bundleFunctions(options);
    expect(readdirSync(options.outDir).sort()).toEqual([...FUNCTION_NAMES].sort());
    const module = await import(pathToFileURL(join(options.outDir, 'sweep/index.mjs')).href);
    expect(await module.handler()).toBe('sweep/');
  });

  it('puts the policy bundle beside those that read it and nowhere else', () => {
    const options = repository();
    const { policyBundleHash } = bundleFunctions(options);
    expect(policyBundleHash).toBe(createHash('sha256').update(POLICY_BUNDLE).digest('hex'));
    for (const name of FUNCTION_NAMES) {
      const copy = join(options.outDir, name, 'policy-bundle.json');
      expect(existsSync(copy), name).toBe(BUNDLE_READERS.has(name));
      if (existsSync(copy)) expect(readFileSync(copy, 'utf8')).toBe(POLICY_BUNDLE);
    }
  });

  it('copies a function’s assets when it has some', () => {
    const options = repository();
    bundleFunctions(options);
    expect(readFileSync(join(options.outDir, 'approval-page/assets/page.css'), 'utf8')).toBe('body{}');
  });

  it('gives the same bytes when the sources are the same', () => {
    const [first, second] = [repository(), repository()];
    for (const options of [first, second]) bundleFunctions(options);
    for (const name of FUNCTION_NAMES) {
      const [a, b] = [first, second].map(({ outDir }) => readFileSync(join(outDir, name, 'index.mjs'), 'utf8'));
      expect(a).toBe(b);
    }
  });

  it('removes what an earlier build left when it builds again', () => {
    const options = repository();
    mkdirSync(join(options.outDir, 'old'), { recursive: true });
    bundleFunctions(options);
    expect(existsSync(join(options.outDir, 'old'))).toBe(false);
  });

  it('names every missing handler when some are missing', () => {
    expect(() => bundleFunctions(repository(['sweep', 'get-action']))).toThrow(
      `expected a handler for each of ${FUNCTION_NAMES.length} functions, got none at \`lambdas/get-action/handler.ts\`, \`lambdas/sweep/handler.ts\``,
    );
  });
});
