import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sampleLog } from './sample-log.ts';

/** `node tools/interop/write-log.ts FOLDER SIZE…`: writes a log that grew to these sizes, one after the other. */
const [folder, ...sizes] = process.argv.slice(2);
const numbers = sizes.map(Number);
if (folder === undefined || numbers.length === 0 || !numbers.every((size, at) => size > (numbers[at - 1] ?? 0)))
  throw new Error('expected a folder and one or more growing sizes');
for await (const { path, bytes } of sampleLog(numbers)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
