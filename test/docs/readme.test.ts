import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poll } from '../../cli/demo/poll.ts';
import { guide } from '../../cli/sandbox/guide.ts';
import { cli } from '../support/cli-run.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';
import { REPOSITORY_ROOT } from '../support/source-files.ts';
import { codeLines, headingsOf, linksIn, markdownFiles, wordsOf } from './markdown.ts';

const read = (path: string) => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');
const README = codeLines(read('README.md'));
const { scripts, bin } = JSON.parse(read('package.json'));

describe('what the README types', () => {
  let world: SandboxWorld;

  beforeAll(async () => {
    world = await openSandboxWorld();
  });
  afterAll(async () => world?.close());

  it('npx countersign ends with 0, line by line, on a fresh sandbox', async () => {
    const commands = README.filter((line) => line.startsWith('npx countersign '));
    expect(commands.length).toBeGreaterThan(3);
    for (const line of commands) {
      const { exitCode, err } = await cli(world.env, ...wordsOf(line).slice(2));
      expect([line, exitCode, err]).toEqual([line, 0, '']);
    }
    const resumed = await cli(world.env, 'resume', world.agentId, '--reason', 'the README was read', '--as', 'rosa');
    expect([resumed.exitCode, resumed.err]).toEqual([0, '']);
  });

  it('npx countersign of the sandbox’s own guide does what it says', async () => {
    const commands = codeLines(
      ['```', ...guide(world.running.file).map((line) => line.trim()), '```'].join('\n'),
    ).filter((line) => line.startsWith('npx countersign '));
    const exitCodes: number[] = [];
    let actionId = '';
    for (const line of commands) {
      const argv = wordsOf(line.replace('ACTION', actionId)).slice(2);
      // A person's approval is sealed a moment after it was given; a request is shown a moment after it was made.
      const run = await poll(line, async () => {
        const ran = await cli(world.env, ...argv);
        return /request_not_found|expected an approved action/.test(ran.out) ? undefined : ran;
      });
      actionId = /act_\w+/.exec(run.out)?.[0] ?? actionId;
      exitCodes.push(run.exitCode);
    }
    expect(exitCodes).toEqual([0, 2, 0, 0, 0, 0, 0]);
  });
});

describe('what the README names', () => {
  it('exists: scripts, the command and files', () => {
    const typed = README.join('\n');
    for (const [, run, name = run] of typed.matchAll(/npm (?:run (\w+)|(test|start))/g)) {
      expect(scripts).toHaveProperty(String(name));
    }
    expect(existsSync(join(REPOSITORY_ROOT, bin.countersign))).toBe(true);
    for (const [path] of typed.matchAll(/config\/[\w.-]+\.json/g))
      expect(existsSync(join(REPOSITORY_ROOT, path))).toBe(true);
    for (const [, path = ''] of read('README.md').matchAll(/`((?:\w[\w-]*\/)+[\w.-]*)`/g)) {
      expect([path, existsSync(join(REPOSITORY_ROOT, path))]).toEqual([path, true]);
    }
  });
});

describe('a document', () => {
  const files = markdownFiles(REPOSITORY_ROOT);

  it('links only to what is there', () => {
    expect(files).toContain('README.md');
    expect(files.flatMap((file) => linksIn(read(file))).length).toBeGreaterThan(20);
    const dead = files.flatMap((file) =>
      linksIn(read(file))
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !leadsSomewhere(file, link))
        .map((link) => `${file}: ${link}`),
    );
    expect(dead).toEqual([]);
  });

  it('types only commands that there are', async () => {
    const typed = files.flatMap((file) => codeLines(read(file)).filter((line) => line.startsWith('npx countersign ')));
    const names = new Set(typed.map((line) => wordsOf(line)[2] ?? ''));
    expect(names.size).toBeGreaterThan(3);
    for (const name of names) expect([name, (await cli({}, name, '--help')).exitCode]).toEqual([name, 0]);
  });

  function leadsSomewhere(file: string, link: string): boolean {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), decodeURIComponent(path));
    if (!existsSync(join(REPOSITORY_ROOT, target))) return false;
    return anchor === undefined || !target.endsWith('.md') || headingsOf(read(target)).includes(anchor);
  }
});
