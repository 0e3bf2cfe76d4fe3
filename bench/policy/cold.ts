import { readFileSync } from 'node:fs';
import { loadBundle } from '../../core/gate/bundle.ts';

// Run by `coldCompileMs` in a process of its own: prints how long the first bundle of a process takes, milliseconds.
const [file = '', hash = ''] = process.argv.slice(2);
const bytes = readFileSync(file);
const startMs = performance.now();
loadBundle(bytes, hash);
process.stdout.write(String(performance.now() - startMs));
