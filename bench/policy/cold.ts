import { readFileSync } from 'node:fs';
import { loadCheckedBundle } from '../../core/gate/bundle.ts';

// Run by `coldCompile` in a process of its own: prints how long the first bundle of a process takes, milliseconds by
// the clock and of the thread's own processor time, which other programs of the machine do not lengthen.
const [file = '', hash = ''] = process.argv.slice(2);
const bytes = readFileSync(file);
const before = process.threadCpuUsage();
const startMs = performance.now();
loadCheckedBundle(bytes, hash);
const wallMs = performance.now() - startMs;
const { user, system } = process.threadCpuUsage(before);
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1_000 }));
