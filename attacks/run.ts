import { parseArgs } from 'node:util';
import { mountAttacks } from './all-attacks.ts';
import { attackReport, tableLines } from './report.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const report = attackReport(await mountAttacks((text) => process.stderr.write(`${text}\n`)));
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${tableLines(report).join('\n')}\n`);
process.exitCode = report.ok ? 0 : 1;
