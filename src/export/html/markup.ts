import { html as template, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** HTML that is safe as it is. */
export type Markup = HtmlEscapedString

/** What a template takes: text is escaped, markup is not; nothing is shown for undefined, null and booleans. */
type Value = Markup | string | number | boolean | null | undefined | readonly Value[]

/** A template of HTML. Whatever is put into it is escaped, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return template(strings, ...values) as Markup // a promise only if a value is one
}

/** Declares HTML that a library has made and escaped. */
export function trusted(made: string): Markup {
  return raw(made)
}
