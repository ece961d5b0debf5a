import fc from 'fast-check'

import { hostileText } from './hostile-markdown.ts'

const CALL = 'pwned(1)'
const REMOTE = 'https://evil.example/x'

/** Attacks on pages that are known by name. Each calls `pwned()`, or asks for something from another place, if it gets through. */
const attacks = [
  `<script>${CALL}</script>`,
  `<img src=x onerror=${CALL}>`,
  `<svg onload=${CALL}>`,
  `<svg><script>${CALL}</script></svg>`,
  `<iframe srcdoc="<script>parent.${CALL}</script>"></iframe>`,
  `<iframe src="javascript:parent.${CALL}"></iframe>`,
  `<body onload=${CALL}>`,
  `<details open ontoggle=${CALL}>`,
  `<style>@import "${REMOTE}.css"; * { background: url(${REMOTE}.png) }</style>`,
  `<link rel=stylesheet href=${REMOTE}.css>`,
  `<base href=${REMOTE}>`,
  `<meta http-equiv=refresh content="0; url=${REMOTE}">`,
  `<form action=${REMOTE}><input autofocus onfocus=${CALL}></form>`,
  `<object data=${REMOTE}></object><embed src=${REMOTE}>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${CALL}></style></mglyph></table></mtext></math>`,
  `"><img src=x onerror=${CALL}>`,
  `' onmouseover='${CALL}`,
  `" autofocus onfocus="${CALL}`,
  `</pre></details></article><script>${CALL}</script>`,
  `</title><script>${CALL}</script>`,
  `</style><script>${CALL}</script>`,
  `--><script>${CALL}</script><!--`,
  `<!--content--><script>${CALL}</script>`,
  `]]><script>${CALL}</script>`,
  `\${${CALL}}`,
  `{{constructor.constructor('${CALL}')()}}`,
  `javascript:${CALL}`,
  `JaVaScRiPt:${CALL}`,
  `java\nscript:${CALL}`,
  `\u0001javascript:${CALL}`,
  `data:text/html,<script>${CALL}</script>`,
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${CALL}'/>`,
  `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>${CALL}</script></svg>`).toString('base64')}`,
  `data:text/html;base64,${Buffer.from(`<script>${CALL}</script>`).toString('base64')}`,
  `vbscript:${CALL}`,
  `file:///etc/passwd`,
  `//evil.example/x.png`,
  `${REMOTE}.png`,
  `blob:${REMOTE}`,
  `[click](javascript:${CALL})`,
  `[click](java&#115;cript:${CALL})`,
  `[click](data:text/html,<script>${CALL}</script>)`,
  `<javascript:${CALL}>`,
  `[a]: javascript:${CALL}\n\n[a]`,
  `![picture](${REMOTE}.png "title\\" onload=${CALL}")`,
  `![p][r]\n\n[r]: ${REMOTE}.png`,
  `[x](${REMOTE} "\\"><script>${CALL}</script>")`,
  '```"><script>' + CALL + '</script>\ncode\n```',
  '```html\n<script>' + CALL + '</script>\n```',
  `| a |\n|---|\n| <script>${CALL}</script> |`,
  `\u202e<script>${CALL}</script>\u202c`,
  `\u2028<script>${CALL}</script>\u2029`,
  `\ud800<script>${CALL}</script>\udfff`,
  `\0<script>${CALL}</script>\u001b]8;;${REMOTE}\u0007`,
  `&lt;script&gt;${CALL}&lt;/script&gt;`,
  `&#60;script&#62;${CALL}`,
  `%3Cscript%3E${CALL}`,
  `../../../../etc/passwd`,
  `__proto__`,
  `a`.repeat(5000),
  '>'.repeat(3000) + `<script>${CALL}</script>`,
  '['.repeat(3000),
  '*a_'.repeat(2000),
  '`'.repeat(2001),
  '<'.repeat(3000),
  '- '.repeat(500) + `<script>${CALL}</script>`,
]

/** Returns hostile texts: the known ones, pairs of them, and generated Markdown, always the same for a seed. */
export function hostileTexts(count: number, seed: number): string[] {
  const pairs = attacks.map((attack, i) => `${attacks[(i * 7 + 3) % attacks.length] ?? ''}${attack}`)
  const made = fc.sample(hostileText, { seed, numRuns: Math.max(1, count - 2 * attacks.length) })
  return [...attacks, ...pairs, ...made].slice(0, count)
}
