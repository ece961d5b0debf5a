import { html, trusted, type Markup } from './markup.ts'
import { SITE_POLICY, policyOfPageAlone } from './policies.ts'
import { visibleText } from './visible-text.ts'

/** Where a page finds what all pages share. */
export interface SiteLinks {
  readonly home: string
  readonly overview: string | undefined
  /** The folder of the style sheet, the script and the icon, with a slash at its end. */
  readonly assets: string
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
  /** For a served page: the state of the archive that it shows, and where the script can read the state of now. */
  readonly served?: { readonly version: string; readonly versionAddress: string }
}

/** Renders a whole page. A served page has its policy in a header. */
export function documentMarkup({ title, main, site, search, style = '', served }: Document): Markup {
  const policy = site === undefined ? policyOfPageAlone(style) : SITE_POLICY
  const newer = html`<p id="newer" class="notice" role="status" hidden>The archive has newer data. <a href="">Show it</a></p>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${served === undefined && html`<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">`}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${visibleText(title)}</title>
${site === undefined ? trusted(`<style>${style}</style>`) : assetLinks(site)}
</head>
<body${served && html` data-version="${served.version}" data-version-address="${served.versionAddress}"`}>
<a class="skip" href="#main">Skip to content</a>
${site && headerMarkup(site, search)}<main id="main">
${served && newer}${main}</main>
<footer>All times are UTC. ${site && KEYS}</footer>
</body>
</html>
`
}

function assetLinks({ assets }: SiteLinks): Markup {
  return html`<link rel="icon" href="${assets}icon.svg">
<link rel="stylesheet" href="${assets}site.css">
<script src="${assets}site.js" defer></script>`
}

function headerMarkup({ home, overview }: SiteLinks, search: Markup | undefined): Markup {
  return html`<header class="site">
<nav aria-label="Site"><a href="${home}">Conversations</a> ${overview && html`<a href="${overview}">Overview</a>`}</nav>
${search}
</header>
`
}

const KEYS = html`<span class="keys">Keys: <kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>/</kbd> search ·
<kbd>g</kbd> <kbd>G</kbd> first, last · <kbd>Esc</kbd> back</span>`
