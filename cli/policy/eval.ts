import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EnvironmentFacts } from '../../core/authority/registry-from-environment.ts';
import { compileBundle } from '../../core/gate/bundle.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';
import { evaluateCalls } from './eval/evaluate.ts';
import { readEnvironment, readMapping, readPrices } from './eval/inputs.ts';
import { openLocalGate } from './eval/local-gate.ts';
import type { BadLine, RecordedCall } from './eval/recorded-calls.ts';
import { readRecordedCalls } from './eval/recorded-calls.ts';
import { evaluationLines, evaluationReport } from './eval/report.ts';

/** How the command is called. */
export const EVAL_USAGE = `countersign policy eval FILE.jsonl [--environment FILE.json] [--json]
  Sends recorded tool calls through gate and state, each task in a session of its own, and counts the verdicts.
  People are simulated: they approve what a benign task wants and refuse everything else.`;

const BAD_LINES_SHOWN = 20;

/** Evaluates the rules on recorded calls. */
export async function evalCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { file, environmentFile, isJson } = readArguments(argv);
  const { calls, bad } = readRecordedCalls(readFileSync(file, 'utf8'));
  if (bad.length > 0) throw new CommandError(EXIT.badInput, badLines(file, bad));
  const environment = environmentOf(environmentFile);
  const bundle = compileBundle(assembleBundle(POLICIES_DIRECTORY));
  const gate = await openLocalGate({ bundle, prices: readPrices(POLICIES_DIRECTORY), facts: environment.facts });
  const mapping = readMapping(POLICIES_DIRECTORY);
  const decisions = await evaluateCalls({ gate, mapping, accountId: environment.accountId, calls });
  const evaluation = evaluationReport(decisions, skippedCalls(calls), bundle.hash);
  report(io, isJson, evaluation, evaluationLines(evaluation));
  return EXIT.ok;
}

function readArguments(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { environment: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new CommandError(EXIT.badInput, EVAL_USAGE);
  const environmentFile = values.environment ?? join(POLICIES_DIRECTORY, 'data/agent-actions/environment.json');
  return { file, environmentFile, isJson: values.json };
}

function environmentOf(path: string): EnvironmentFacts {
  try {
    return readEnvironment(path);
  } catch (error) {
    throw new CommandError(EXIT.badInput, error instanceof Error ? error.message : String(error));
  }
}

function badLines(file: string, bad: readonly BadLine[]): string {
  const shown = bad.slice(0, BAD_LINES_SHOWN).map(({ line, problem }) => `${file}:${line}: ${problem}`);
  const more = bad.length > shown.length ? [`and ${bad.length - shown.length} more lines`] : [];
  return [...shown, ...more].join('\n');
}

function skippedCalls(calls: readonly RecordedCall[]): number {
  return calls.filter(({ actor }) => actor === 'customer').length;
}
