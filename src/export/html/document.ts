import { hash } from 'node:crypto'

import { visibleText } from './visible-text.ts'
import { html, trusted, type Markup } from './markup.ts'

/** Where a page finds what all pages share. */
export interface SiteLinks {
  readonly home: string
  readonly overview: string | undefined
  readonly style: string
  readonly script: string
}

/** A page of a site, or a page alone, which has no links and no script. */
export interface Document {
  readonly title: string
  readonly main: Markup
  readonly site: SiteLinks | undefined
  /** The form in the header. */
  readonly search?: Markup
  /** The style sheet of a page alone. */
  readonly style?: string
}

/** The policy of a page from a folder: no request to any other place, no inline script or style, nothing in a frame. */
const SITE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The policy of a page alone: its own style sheet by its hash, and the pictures in it. */
function policyOf(style: string): string {
  const digest = hash('sha256', style, 'base64')
  return `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`
}

/** Renders a whole page. `policy` is left to the server, which sends it as a header, if it is null. */
export function documentMarkup(
  { title, main, site, search, style = '' }: Document,
  policy: 'meta' | 'header' = 'meta',
): Markup {
  const content = site === undefined ? policyOf(style) : SITE_POLICY
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${policy === 'meta' ? html`<meta http-equiv="Content-Security-Policy" content="${trusted(content)}" /> ` : ''}
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${visibleText(title)}</title>
        ${
          site === undefined
            ? trusted(`<style>${style}</style>`)
            : html`<link rel="stylesheet" href="${site.style}" />
                <script src="${site.script}" defer></script>`
        }
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        ${site === undefined ? '' : headerMarkup(site, search)}
        <main id="main">${main}</main>
        <footer>${footerMarkup(site !== undefined)}</footer>
      </body>
    </html> `
}

function headerMarkup({ home, overview }: SiteLinks, search: Markup | undefined): Markup {
  return html`<header class="site">
    <nav aria-label="Site">
      <a href="${home}">Conversations</a>${
        overview === undefined ? '' : html` <a href="${overview}">Overview</a>`
      }
    </nav>
    ${search}
  </header> `
}

function footerMarkup(hasKeys: boolean): Markup {
  const keys = html` <span class="keys"
    >Keys: <kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>/</kbd> search · <kbd>g</kbd> <kbd>G</kbd> first,
    last · <kbd>Esc</kbd> back</span
  >`
  return html`All times are UTC.${hasKeys ? keys : ''}`
}
