import type { ColdLoad } from './cold-load.ts';
import { logPart } from './log-report.ts';
import type { Measurements } from './measure.ts';
import { policyPart } from './policy-report.ts';
import { LIST_PRICES_USD_PER_MILLION } from './prices.ts';

/** What a figure should be. */
export const GOALS = {
  governedPerSecond: 200,
  requestsPerDecision: 2,
  writeUnitsPerDecision: 10,
  usdPerMillion: 9,
  gateLoadMs: 120,
  gateBundleBytes: 1_000_000,
} as const;

/** The function whose cold load has a goal. */
const GATE = 'countersign-submit-action';

type Row = readonly (string | number)[];

/** The measurements as Markdown. */
export function report(found: Measurements): string {
  return [
    '# Measurements',
    '',
    `${machineText(found)} Figures are medians. What each one is: [bench/README.md](../README.md).`,
    ...governedPart(found),
    ...decisionPart(found),
    ...policyPart(found.policy),
    ...logPart(found.log),
    ...coldPart(found.coldLoads),
    ...referencePart(found),
    '',
  ].join('\n');
}

function machineText({ machine }: Measurements): string {
  const { cpu, cores, node, commit, isClean, date, loadBefore } = machine;
  const state = isClean ? '' : ', with uncommitted changes';
  return `${date.slice(0, 10)}, commit ${commit}${state}. ${cpu}, ${cores} cores, Node ${node}, load average before the run ${loadBefore.toFixed(1)}.`;
}

function governedPart({ governed }: Measurements): readonly string[] {
  const { medianBytes, largestBytes } = governed.ledgerRows;
  const rows = governed.figures.map((each): Row => {
    const hasGoal = each.agents > 1 && each.concurrency > 1;
    const goal = hasGoal
      ? `at least ${GOALS.governedPerSecond}: ${met(each.perSecond >= GOALS.governedPerSecond)}`
      : '';
    const { agents, concurrency } = each;
    return [
      agents,
      concurrency,
      whole(each.perSecond),
      goal,
      tenth(each.p50Ms),
      tenth(each.p99Ms),
      tenth(each.cpuMsPerAction),
      `${whole(each.othersShare * 100)} %`,
      each.repeats,
    ];
  });
  return [
    '',
    '## Governed actions through the sandbox',
    '',
    `Each is signed, authorized, decided and committed to disk before it is answered; all ${count(governed.acknowledged)} answered with`,
    '200 were found in the ledger afterwards. The load generator and the archiver share the cores. These are timings of the',
    "sandbox on this machine, not of AWS. One agent's actions follow one another in its chain, so with one agent concurrency",
    'is contention for its head. CPU is that of sandbox and database together; others is the share of the cores that other',
    'processes of the machine used meanwhile, which lowers the rate; repeated are requests answered with 503 because',
    `of such contention, which the agents' client sends again. Ledger rows as stored: median ${medianBytes} bytes, largest ${largestBytes}.`,
    '',
    ...table(
      ['Agents', 'Concurrency', 'Actions/s', 'Goal', 'p50 ms', 'p99 ms', 'CPU ms/action', 'Others', 'Repeated'],
      rows,
    ),
  ];
}

function decisionPart(found: Measurements): readonly string[] {
  const { requestsPerDecision, writeUnitsPerDecision, usdPerMillion } = GOALS;
  const { restApiRequests, writeUnits, readUnits } = LIST_PRICES_USD_PER_MILLION;
  const rows = found.databaseUse.map(
    (use): Row => [
      use.name,
      `${use.requests} (${met(use.requests <= requestsPerDecision)})`,
      `${use.writeUnits} (${met(use.writeUnits <= writeUnitsPerDecision)})`,
      use.readUnits,
      use.ledgerRowBytes,
      `${use.usdPerMillion.toFixed(3)} (${met(use.usdPerMillion < usdPerMillion)})`,
    ],
  );
  return [
    '',
    '## A decision',
    '',
    `- decide: ${count(found.decidePerSecond)} per second and core`,
    `- handler: ${count(found.handlerMicros)} µs of CPU, without AWS calls`,
    '',
    `_Modelled_ from the requests the gate sends: requests and units of an agent's decision in steady state, and a million`,
    `of them at list prices (REST API ${restApiRequests.toFixed(2)} USD per million requests, ${writeUnits} per million write units, ${readUnits} per`,
    'million read units). Lambda, logs, encryption keys, the archive and what an outcome report adds are not in it.',
    `Goals: ${requestsPerDecision} requests, at most ${writeUnitsPerDecision} write units, under ${usdPerMillion} USD.`,
    '',
    ...table(['Decision', 'Requests', 'Write units', 'Read units', 'Ledger row, bytes', 'USD per million'], rows),
  ];
}

function coldPart(loads: readonly ColdLoad[]): readonly string[] {
  const { gateLoadMs, gateBundleBytes } = GOALS;
  const rows = loads.map(({ name, bundleBytes, medianMs }): Row => {
    const isMet = medianMs < gateLoadMs && bundleBytes < gateBundleBytes;
    return [name, kilobytes(bundleBytes), whole(medianMs), name === GATE ? met(isMet) : ''];
  });
  return [
    '',
    '## Cold load',
    '',
    'Importing the bundle in a fresh process on this machine; starting Node is not in it. Goal of the gate,',
    `\`${GATE}\`: under ${gateLoadMs} ms and ${kilobytes(gateBundleBytes)} kB.`,
    '',
    ...table(['Function', 'Bundle kB', 'Import ms', 'Goal'], rows),
  ];
}

function referencePart({ references }: Measurements): readonly string[] {
  return [
    '',
    '## References',
    '',
    'The same machine in the same run, without Countersign: compare ratios to these, not milliseconds.',
    '',
    ...table(
      ['Reference', 'Per second'],
      [
        ['SHA-256 of 1 kB, one core', count(references.sha256PerSecond)],
        ['HTTP handler that only answers, concurrency 16', count(references.emptyHttpPerSecond)],
        [
          "transactions of four 0.5 kB puts, the sandbox's database on disk, concurrency 16",
          count(references.databaseTransactionsPerSecond),
        ],
      ],
    ),
  ];
}

function table(head: Row, rows: readonly Row[]): readonly string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function met(isMet: boolean): string {
  return isMet ? 'met' : 'missed';
}

function whole(value: number): string {
  return value.toFixed(0);
}

function tenth(value: number): string {
  return value.toFixed(1);
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function kilobytes(bytes: number): string {
  return whole(bytes / 1_000);
}
