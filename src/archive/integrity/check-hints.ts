/** Names of the checks. They are part of the JSON output. */
export type CheckName = keyof typeof hints

/** What to do about a finding, as a sentence. */
export function hintOn(check: CheckName, isRepairable: boolean): string {
  if (check === 'secrets') return isRepairable ? REMOVE : hints[check]
  return isRepairable ? 'Run `hansard verify --repair`.' : hints[check]
}

const REMOVE =
  'Run `hansard verify --repair` to remove the secret from this file. Copies and exports still contain it: revoke it where it was issued.'

const COPY = 'Restore a copy of the file'
const FETCH_AGAIN = `${COPY}, or run \`hansard backup --full\` to fetch again what is still upstream.`
const START_OVER = `${COPY}, or back up into a new file with --archive. Keep this one: much of it may be recoverable.`

const hints = {
  file: START_OVER,
  size: START_OVER,
  format:
    'Update hansard, or back up into a new file if this version is the newer one. The file was not changed.',
  pages: START_OVER,
  schema: START_OVER,
  references: FETCH_AGAIN,
  entries: FETCH_AGAIN,
  links: FETCH_AGAIN,
  revisions: FETCH_AGAIN,
  conversations: FETCH_AGAIN,
  columns: FETCH_AGAIN,
  messages: FETCH_AGAIN,
  files: `${COPY}: stored agents and files are not fetched again.`,
  secrets: 'Revoke the secret where it was issued: this file and every copy of it contain it.',
  search: START_OVER,
  books: 'Compare with `hansard verify --remote`: the counts of an old run cannot be repaired.',
  forgotten: 'Run `hansard forget` without an id, which rewrites the file.',
  permissions: 'Run `chmod 600` on the file.',
}
