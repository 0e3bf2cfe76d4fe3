import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import type { Scene } from '../core/approval/scene.ts';
import {
  ACTION,
  amy,
  eventTypes,
  givenOpenRequest,
  mia,
  owner,
  PARAMS,
  slotRef,
  TIMEOUT_MS,
} from '../core/approval/scene.ts';
import { TEST_NOW_MS } from '../support/deps.ts';
import { accessibilityFaults } from './accessibility.ts';
import { launchBrowser } from './launch.ts';
import type { PageServer } from './page-server.ts';
import { startPageServer } from './page-server.ts';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let scene: Scene;
let server: PageServer;
let troubles: string[];

const params: JsonObject = { ...PARAMS, memo: 'pay\u202enow', quantity: 1_500_000 };

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  scene = await givenOpenRequest(2, params);
  server = await startPageServer(scene, amy);
  context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1_000, height: 900 },
  });
  page = await context.newPage();
  await page.clock.install({ time: TEST_NOW_MS });
  troubles = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(message.text());
  });
});
afterEach(async () => {
  await context.close();
  await server.close();
});

async function signIn(): Promise<void> {
  await page.goto(server.link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Payments asks for payment.send' }).waitFor();
}

async function choose(button: 'Approve…' | 'Refuse…', confirm: string, reason = 'checked the invoice'): Promise<void> {
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click();
}

describe('the approval page', () => {
  it('asks for a sign-in first, changes nothing by being opened, and comes back after it', async () => {
    await page.goto(server.link);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(server.requests.filter((request) => request.includes('approval-requests'))).toEqual([]);
    await signIn();
    expect(page.url()).toBe(server.link);
    await page.getByText('Signed in as amy@bank.example').waitFor();
    expect(eventTypes(scene)).toEqual(['approval.requested']);
    expect(troubles).toEqual([]);
  });

  it('shows every parameter, the rule, the digest, the deadline and what is hidden', async () => {
    await signIn();
    const text = (await page.locator('main').textContent()) ?? '';
    expect(text).toMatch(/\(1[45] min left\)/);
    for (const shown of [
      'USD 250,000.00',
      'DE89370400440532013000',
      'pay⟨U+202E⟩now',
      '1,500,000',
      'normally invisible',
      'Two people approve what cannot be undone.',
      'Rule HA-05 · AIR-SEC-024',
      scene.digest,
      '20 Nov 2026, 10:15:00',
      '2 different people must approve, at least 1 of them a manager',
      'Nobody has decided yet.',
    ]) {
      expect(text).toContain(shown);
    }
  });

  it('records an approval after a reason and a second confirmation', async () => {
    await signIn();
    await choose('Approve…', 'Yes, approve');
    await page.getByText('Your approval is recorded.').waitFor();
    expect(scene.store.get(slotRef(1))).toMatchObject({
      decision: 'approve',
      subject: 'sub-amy',
      reason: 'checked the invoice',
      digest: scene.digest,
    });
    await page.getByText('amy@bank.example approved on').waitFor();
    expect(await page.locator('#decision').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('records a refusal', async () => {
    await signIn();
    await choose('Refuse…', 'Yes, refuse', 'wrong payee');
    await page.getByText('Your refusal is recorded.').waitFor();
    expect(scene.store.get(slotRef(1))).toMatchObject({ decision: 'reject', reason: 'wrong payee' });
  });

  it('sends nothing without a reason, or when the person goes back', async () => {
    await signIn();
    await page.getByRole('button', { name: 'Approve…' }).click();
    await page.getByText('Give a reason first').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('reason');
    await choose('Approve…', 'Go back');
    await page.getByLabel('Reason').fill('again');
    await page.getByRole('button', { name: 'Refuse…' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(server.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    await signIn();
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('checked by keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Your approval is recorded.').waitFor();
    expect(scene.store.get(slotRef(1))).toMatchObject({ reason: 'checked by keyboard' });
  });

  it('says why when the owner tries', async () => {
    server.person = owner;
    await signIn();
    await choose('Approve…', 'Yes, approve');
    const alert = page.getByRole('alert');
    await alert.getByText('You own or are this agent; someone else has to decide.').waitFor();
    expect(eventTypes(scene)).toContain('approval.refused_self');
    expect(await page.getByRole('button', { name: 'Approve…' }).isEnabled()).toBe(true);
  });

  it('asks for another sign-in when the service no longer accepts the token', async () => {
    await signIn();
    server.nextApiReply = { statusCode: 401, headers: { 'content-type': 'application/json' }, body: '{}' };
    await choose('Approve…', 'Yes, approve');
    await page.getByText('Your sign-in is over.').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(eventTypes(scene)).toEqual(['approval.requested']);
  });

  it('stops offering a decision when the time runs out', async () => {
    await signIn();
    await page.clock.fastForward(TIMEOUT_MS + 1_000);
    await page.getByText('The time to decide is over.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve…' }).isDisabled()).toBe(true);
  });

  it('offers no decision about a request that is over', async () => {
    scene.clock.advance(TIMEOUT_MS);
    await signIn();
    await page.getByText('The time to decide is over.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
  });

  it('refuses a sign-in it did not start', async () => {
    await page.goto(`${server.baseUrl}/sign-in?code=stolen&state=other`);
    await page.getByText('This sign-in was not started here.').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('shows the second person the first one’s decision', async () => {
    await signIn();
    await choose('Approve…', 'Yes, approve');
    await page.getByText('Your approval is recorded.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    server.person = mia;
    await signIn();
    await page.getByText('amy@bank.example approved on').waitFor();
    await choose('Approve…', 'Yes, approve');
    await page.getByText('Your approval is recorded.').waitFor();
    expect(scene.store.get(slotRef(2))).toMatchObject({ subject: 'sub-mia', manager: true });
  });

  it.each([1_000, 400])('has no accessibility fault at %i px, in any of its views', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(server.link);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Approve…' }).click();
    await page.getByText('Give a reason first').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Reason').fill('checked');
    await page.getByRole('button', { name: 'Approve…' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`${server.baseUrl}/approvals/act_other`);
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('runs no markup an agent wrote', async () => {
    await server.close();
    scene = await givenOpenRequest(2, {
      memo: '<img src=x onerror="document.title=1"><script>document.title=2</script>',
    });
    server = await startPageServer(scene, amy);
    await signIn();
    await page.getByText('<img src=x onerror="document.title=1">').waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('payment.send · Countersign');
    expect(page.url()).toContain(ACTION);
  });
});
