import type { CheckName } from './checks/check.ts'

/** What to do now about a finding, as a sentence. */
export function adviceOn(check: CheckName, isRepairable: boolean): string {
  if (check === 'secrets') return isRepairable ? TAKE_OUT : advice[check]
  return isRepairable ? 'Run `hansard verify --repair`.' : advice[check]
}

const TAKE_OUT =
  'Run `hansard verify --repair`: it takes the secret out of this file. Copies and exports still have it: replace the secret where it was issued.'

const COPY = 'Restore a copy of the file'
const AGAIN = `${COPY}, or run \`hansard backup --full\`: it fetches again what is still upstream.`
const ANEW = `${COPY}, or back up into a new one with another --archive; keep this one, much of it may be saved.`

const advice: Readonly<Record<CheckName, string>> = {
  file: ANEW,
  size: ANEW,
  format:
    'Update hansard, or back up into a new file if this version is the newer one. The file was not changed.',
  pages: ANEW,
  schema: ANEW,
  references: AGAIN,
  entries: AGAIN,
  links: AGAIN,
  revisions: AGAIN,
  conversations: AGAIN,
  columns: AGAIN,
  messages: AGAIN,
  files: `${COPY}: what is stored of agents and files is not fetched again.`,
  secrets: 'Withdraw the secret where it was issued: this file and every copy of it hold it.',
  search: ANEW,
  books: 'Compare with `hansard verify --remote`: the books of an old run can’t be written again.',
  permissions: 'Run `chmod 600` on the file.',
}
