import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { CompiledBundle } from '../../core/gate/bundle.ts';
import { compileBundle, loadBundle } from '../../core/gate/bundle.ts';
import { isProved, provedInvariants } from '../../core/gate/proof/check-proof.ts';
import type { ParsedInvariant } from '../../core/gate/proof/invariant.ts';
import type { ProofReport } from '../../core/gate/proof/prove.ts';
import { proveBundle } from '../../core/gate/proof/prove.ts';
import type { JsonObject } from '../../core/json.ts';
import { sha256Hex } from '../../core/ledger/hash.ts';
import { assembleBundle, POLICIES_DIRECTORY } from '../../tools/build-bundle.ts';
import { parseInvariant, readInvariants } from '../../tools/bundle/invariants.ts';
import { witnessText } from '../../tools/bundle/proof.ts';
import { runCommand } from '../audit/run-command.ts';
import type { CommandIo } from '../command.ts';
import { CommandError, EXIT, report } from '../command.ts';

/** Printed on wrong arguments. */
export const PROVE_USAGE = `countersign policy prove [DIR] [--bundle FILE] [--json]
  DIR            a policies directory; without one, this repository's
  --bundle FILE  a bundle as built; also checks that the proof it carries is its own`;

/**
 * `countersign policy prove`: checks the declared invariants over every combination of facts that the rules can tell
 * apart.
 *
 * @returns 0 when all hold, 1 with a witness for each that does not, 3 on bad input
 */
export function proveCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return runCommand(io, PROVE_USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { bundle: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    const [directory = POLICIES_DIRECTORY, ...others] = positionals;
    if (others.length > 0) throw new CommandError(EXIT.badInput, PROVE_USAGE);
    const bundle = values.bundle === undefined ? builtFrom(directory) : readFrom(values.bundle);
    const started = performance.now();
    const outcome = proveBundle(bundle.compiled, readInvariants(directory));
    const seconds = Math.round(performance.now() - started) / 1000;
    const carried = carriedProof(bundle);
    const ok = outcome.ok && carried !== 'another';
    report(io, values.json, { ...outcome, ok, carried, seconds }, [
      ...outcome.results.flatMap(resultLines),
      ...(carried === 'none' ? [] : [`the proof in the bundle is ${carried === 'own' ? 'its own' : 'NOT its own'}`]),
      `${ok ? 'proved' : 'NOT PROVED'}: ${outcome.cases} cases for ${outcome.states} combinations of facts, ${seconds} s`,
    ]);
    return ok ? EXIT.ok : EXIT.failed;
  });
}

interface Subject {
  readonly compiled: CompiledBundle;
  readonly content: JsonObject;
}

function builtFrom(directory: string): Subject {
  return { content: {}, compiled: compileBundle(assembleBundle(directory)) };
}

function readFrom(file: string): Subject {
  const bytes = readFileSync(file);
  try {
    const content: JsonObject = JSON.parse(bytes.toString('utf8'));
    return { content, compiled: loadBundle(bytes, sha256Hex(bytes)) };
  } catch (error) {
    throw new CommandError(EXIT.badInput, `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether the proof a bundle carries is what proving it again gives, with conditions that say what they read. */
function carriedProof({ content, compiled }: Subject): 'none' | 'own' | 'another' {
  if (content['proof'] === undefined) return 'none';
  const isOwn = isProved(content, compiled) && provedInvariants(content).every(isAsParsed);
  return isOwn ? 'own' : 'another';
}

function isAsParsed({ condition, when, ...invariant }: ParsedInvariant): boolean {
  const parsed = parseInvariant(when === undefined ? invariant : { ...invariant, when });
  return isDeepStrictEqual(parsed.condition, condition);
}

function resultLines({ invariant, cases, witnesses }: ProofReport['results'][number]): readonly string[] {
  const line = `${witnesses.length === 0 ? 'holds' : 'FAILS'}  ${invariant.id.padEnd(22)} ${String(cases).padStart(6)} cases  ${invariant.text}`;
  return [line, ...witnesses.map((witness) => `       ${witnessText(witness)}`)];
}
