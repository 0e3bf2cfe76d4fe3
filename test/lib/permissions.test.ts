import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { whoCan } from '../../sandbox/iam/who-can.ts';
import { loadAssembly } from '../../sandbox/template/load-assembly.ts';
import { questions, withAdministrator } from './support/permission-questions.ts';
import { ADMINISTRATOR, type Question } from './support/question.ts';
import { buildApp, ROOT_DIR } from './support/synthesize.ts';

const DOCUMENT = join(ROOT_DIR, 'docs/permissions.md');

const HEADING = `# Who can do what

Computed from the synthesized templates: identity policies, permission boundaries, key, table and bucket policies. A test
recomputes it and fails when this page differs; \`UPDATE_DOCS=1 npx vitest run test/lib/permissions.test.ts\` writes it.

*administrator* is a role that no template has and that IAM allows everything. It shows what the resources' own policies
refuse to everyone. An administrator can still change those policies: that leaves a CloudTrail entry, and no policy in the
same account can prevent it.

| Who can… | Action | Roles |
|---|---|---|
`;

function rendered(asked: readonly Question[], answers: readonly (readonly string[])[]): string {
  const rows = asked.map((question, index) => {
    const roles = answers[index] ?? [];
    const names = roles.map((role) => (role === ADMINISTRATOR ? '*administrator*' : `\`${role}\``));
    return `| ${question.what} | \`${question.action}\` | ${names.length === 0 ? '**nobody**' : names.join(', ')} |\n`;
  });
  return HEADING + rows.join('');
}

describe('permission matrix', () => {
  let asked: readonly Question[] = [];
  let answers: readonly (readonly string[])[] = [];

  beforeAll(() => {
    const { directory } = buildApp().synth();
    const assembly = withAdministrator(loadAssembly(directory, { accountId: '111122223333', region: 'eu-west-1' }));
    asked = questions(assembly);
    answers = asked.map(({ action, resourceArn, context }) => whoCan(assembly, action, resourceArn, context));
  });

  it('allows exactly the expected roles when every question is asked', () => {
    const found = asked.map((question, index) => ({ what: question.what, roles: answers[index] }));
    const expected = asked.map((question) => ({ what: question.what, roles: [...question.expected].sort() }));
    expect(found).toEqual(expected);
  });

  it('is what the page says when the templates change', () => {
    const page = rendered(asked, answers);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(DOCUMENT, page);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(page);
  });
});
