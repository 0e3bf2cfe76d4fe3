import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { envelopesOf } from '../../cli/demo/people-decide.ts';
import { poll } from '../../cli/demo/poll.ts';
import type { PersonName } from '../../cli/sandbox/people.ts';
import { accessibilityFaults } from '../browser/accessibility.ts';
import { launchBrowser } from '../browser/launch.ts';
import { gist, newPayeePayment, pending } from '../support/requests.ts';
import { openSandboxWorld, type SandboxWorld } from '../support/sandbox-world.ts';

let world: SandboxWorld;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let troubles: string[];

beforeAll(async () => {
  [world, browser] = await Promise.all([openSandboxWorld(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

beforeEach(async () => {
  context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1_000, height: 900 },
  });
  page = await context.newPage();
  troubles = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => {
    const isExpected = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isExpected) troubles.push(message.text());
  });
});
afterEach(async () => context.close());

/** The link that approvers were sent. */
async function linkTo(actionId: string): Promise<string> {
  return poll(`a notice about ${actionId}`, async () => {
    const notice = world.sandbox.outbox().find(({ message }) => message.includes(actionId));
    return /https?:\/\/\S+/.exec(notice?.message ?? '')?.[0];
  });
}

async function openAs(name: PersonName, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.href.startsWith(world.sandbox.signInUrl));
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(world.running.file.people[name]?.password ?? '');
  await page.locator('button[type=submit], input[type=submit]').click();
  await page.getByRole('heading', { level: 1, name: 'asks for payment.send' }).waitFor();
}

async function choose(button: 'Approve…' | 'Refuse…', confirm: string, reason: string): Promise<void> {
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click();
}

describe('an approver with the link they were sent', () => {
  it('signs in, sees exactly what is asked for, approves, and the agent may act', async () => {
    const agent = world.agent();
    const hidden = { subject: 'Bill\u202e7\u200b', amount: 1_234.5 };
    const actionId = await pending(agent, newPayeePayment(world, hidden));
    const link = await linkTo(actionId);
    await openAs('ann', link);
    expect(page.url()).toBe(link);
    const text = (await page.locator('main').textContent()) ?? '';
    for (const shown of [
      'DE02120300000000202051',
      'Bill⟨U+202E⟩7⟨U+200B⟩',
      'normally invisible',
      'CS-PAY-T1-003',
      'Payments assistant',
    ]) {
      expect(text).toContain(shown);
    }
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.screenshot({ path: join(tmpdir(), 'countersign-approval.png'), fullPage: true });
    await choose('Approve…', 'Yes, approve', 'bill checked');
    await page.getByText('Your approval is recorded.').waitFor();
    const envelopes = await envelopesOf(agent, actionId);
    expect(gist(await agent.redeem(actionId, envelopes))).toBe('200 redeemed');
    await page.screenshot({ path: join(tmpdir(), 'countersign-approved.png'), fullPage: true });
    expect(troubles).toEqual([]);
  });

  it('refuses, and the agent may not act', async () => {
    const agent = world.agent();
    const actionId = await pending(agent, newPayeePayment(world));
    await openAs('ben', await linkTo(actionId));
    await choose('Refuse…', 'Yes, refuse', 'nobody ordered this');
    await page.getByText(/refusal is recorded/i).waitFor();
    await poll('the refusal', async () =>
      (await agent.status(actionId)).body['status'] === 'refused' ? true : undefined,
    );
    expect(troubles).toEqual([]);
  });

  it('is told clearly that an owner cannot approve their own agent', async () => {
    const agent = world.agent();
    const actionId = await pending(agent, newPayeePayment(world));
    await openAs('olivia', await linkTo(actionId));
    await choose('Approve…', 'Yes, approve', 'it is my agent');
    await page.getByText('someone else has to decide').waitFor();
    await page.screenshot({ path: join(tmpdir(), 'countersign-self-approval.png'), fullPage: true });
    expect((await agent.status(actionId)).body['status']).toBe('pending_approval');
    const events = await world.events();
    expect(events.map(({ type }) => type)).toContain('approval.refused_self');
    expect(troubles).toEqual([]);
  });

  it('gets nowhere with a wrong password or an altered link', async () => {
    const actionId = await pending(world.agent(), newPayeePayment(world));
    const link = await linkTo(actionId);
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('input[name=username]').fill('ann');
    await page.locator('input[name=password]').fill('wrong');
    await page.locator('button[type=submit], input[type=submit]').click();
    await page.getByText('Incorrect user name or password.').waitFor();
    await page.goto(link.replace(/mac=./, 'mac=_'));
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    expect(troubles).toEqual([]);
  });
});
