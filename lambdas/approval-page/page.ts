import { readFileSync } from 'node:fs';
import type { APIGatewayProxyResult } from 'aws-lambda';

/** Where the pages live and where people sign in. */
export interface PageSettings {
  /** The service's own address, for example `https://….amazonaws.com/v1`. */
  readonly baseUrl: string;
  readonly signInUrl: string;
  readonly clientId: string;
}

/** Files a page may load, and their types. Nothing else is served. */
const ASSET_TYPES: ReadonlyMap<string, string> = new Map([
  ...ofType('text/css; charset=utf-8', ['page.css', 'request.css']),
  ...ofType('text/javascript; charset=utf-8', [
    'page.js',
    'api.js',
    'decision-form.js',
    'dom.js',
    'request-view.js',
    'sign-in.js',
  ]),
]);
const ASSET_MAX_AGE_SECONDS = 300;

const readAsset = (file: string) => readFileSync(new URL(`./assets/${file}`, import.meta.url), 'utf8');
const assets = new Map([...ASSET_TYPES.keys()].map((file) => [file, readAsset(file)]));
const pageHtml = readAsset('page.html');
const notFoundHtml = readAsset('not-found.html');

/** The page of a request (`requestId`) or, without one, the page that people come back to after signing in. */
export function pageReply(settings: PageSettings, requestId?: string): APIGatewayProxyResult {
  const view = requestId === undefined ? 'sign-in' : 'request';
  return htmlReply(200, filled(pageHtml, settings, { view, requestId: requestId ?? '' }), settings);
}

/** The same answer for a request there isn't and for a link that was altered. */
export function notFoundReply(settings: PageSettings): APIGatewayProxyResult {
  return htmlReply(404, filled(notFoundHtml, settings, {}), settings);
}

/** A style sheet or script of the pages; `undefined` for any other name. */
export function assetReply(file: string): APIGatewayProxyResult | undefined {
  const type = ASSET_TYPES.get(file);
  const body = assets.get(file);
  if (type === undefined || body === undefined) return undefined;
  const headers = {
    ...COMMON_HEADERS,
    'content-type': type,
    'cache-control': `public, max-age=${ASSET_MAX_AGE_SECONDS}`,
  };
  return { statusCode: 200, headers, body };
}

const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000',
  'cross-origin-resource-policy': 'same-origin',
};

function htmlReply(statusCode: number, body: string, settings: PageSettings): APIGatewayProxyResult {
  const headers = {
    ...COMMON_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy(settings),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  };
  return { statusCode, headers, body };
}

/** Own scripts and styles only, no inline code, no frames; connections to the service itself and to sign-in. */
function contentSecurityPolicy({ signInUrl }: PageSettings): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${new URL(signInUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

function filled(html: string, settings: PageSettings, view: { readonly [name: string]: string }): string {
  const values = new Map(Object.entries({ ...settings, basePath: new URL(settings.baseUrl).pathname, ...view }));
  return html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values.get(name) ?? ''));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function ofType(type: string, files: readonly string[]): readonly (readonly [string, string])[] {
  return files.map((file) => [file, type]);
}
