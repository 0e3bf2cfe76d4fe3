import chromium from '@sparticuz/chromium';
import type { Browser } from 'playwright-core';
import { chromium as engine } from 'playwright-core';

/**
 * Arguments the package adds for tiny sandboxes: with the first two the whole browser ends when one of its contexts
 * does, and the others switch off the protections the pages are tested for.
 */
const UNWANTED = new Set([
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
]);

/** A headless Chromium from npm; no system package is needed. */
export async function launchBrowser(): Promise<Browser> {
  const args = chromium.args.filter((argument) => !UNWANTED.has(argument));
  return engine.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}
