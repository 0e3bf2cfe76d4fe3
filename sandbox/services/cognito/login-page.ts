import { createHash } from 'node:crypto';

/** A page and the headers it needs. */
export interface Page {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 10vh auto; padding: 0 1rem; color: #16191f; background: #fff; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; border: 1px solid #687078; border-radius: 4px; }
button { margin-top: 1.5rem; padding: .5rem 1.5rem; font: inherit; font-weight: 600; color: #fff; background: #0b5cad; border: 0; border-radius: 4px; }
:focus-visible { outline: 3px solid #16191f; outline-offset: 2px; }
[role=alert] { padding: .5rem; border-left: 4px solid #b3261e; background: #fdecea; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * The sign-in form. It names no user.
 *
 * @param action where the form is sent, with the authorization request as its query
 * @param redirectOrigin where the reply leads; browsers check it against the policy's `form-action`
 */
export function loginPage(status: number, action: string, redirectOrigin: string, problem?: string): Page {
  const alert = problem === undefined ? '' : `<p role="alert" id="problem">${escapeHtml(problem)}</p>`;
  const described = problem === undefined ? '' : ' aria-describedby="problem"';
  const form = `<h1>Sign in</h1>${alert}
<form method="post" action="${escapeHtml(action)}">
<label for="username">User name or mail address</label>
<input id="username" name="username" autocomplete="username" required autofocus${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>`;
  return page(status, 'Sign in', form, `'self' ${redirectOrigin}`);
}

/** A page that says what is wrong with a request that leads nowhere. */
export function problemPage(status: number, problem: string): Page {
  return page(
    status,
    'This link does not work',
    `<h1>This link does not work</h1><p role="alert">${escapeHtml(problem)}</p>`,
    "'none'",
  );
}

function page(status: number, title: string, main: string, formAction: string): Page {
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
      // Not `no-referrer`: browsers would then send the form with `Origin: null`.
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><main>${main}</main></body></html>`,
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
