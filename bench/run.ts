import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOG_GOALS } from './log.ts';
import { measure } from './measure.ts';
import { GOALS, report } from './report.ts';

const results = join(import.meta.dirname, 'results');
const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
try {
  const found = await measure(folder, (text) => console.error(text));
  const text = report(found);
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, 'latest.json'),
    `${JSON.stringify({ goals: { ...GOALS, ...LOG_GOALS }, ...found }, null, 2)}\n`,
  );
  writeFileSync(join(results, 'latest.md'), text);
  console.log(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
