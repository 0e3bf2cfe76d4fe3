import { join } from 'node:path';
import { buildVerifier } from '../tools/build-verifier.ts';

const outFile = join(import.meta.dirname, '..', 'build', 'countersign-verify.mjs');
const { bytes, sha256, packages } = await buildVerifier(outFile);
const inside = packages.map(({ name, version, license }) => `${name} ${version} (${license})`).join(', ');
process.stdout.write(`build/countersign-verify.mjs, ${bytes} bytes, SHA-256 ${sha256}; inside: ${inside}\n`);
