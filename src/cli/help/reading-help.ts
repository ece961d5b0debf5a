/** What the help of `list` says after its options. */
export const LISTING = `
A pipe gets a line per conversation, with tabs between the columns: id,
created_at, updated_at, entries, model, agent_id, gone_at, title.`

/** What the help of `show` says after its options. */
export const SHOWING = `
Entries are numbered from 0, as search, exports and views number them. --entry 12
shows entry 12 and all after it, --entry 12-20 only these, --entry 12-12 one.
On a terminal, lines are wrapped at words; a pipe gets them as they are.`

/** What the help of `search` says after its options. */
export const SEARCHING = `
A conversation matches if it contains all the words, in one entry or in several.
The name, description, instructions and metadata are searched too. Case and
accents are ignored. In scripts without spaces between words, and in Korean, any
sequence of characters is found. Quote the query for your shell:
  hansard search 'why rivers "oxbow lake" meand* -delta'

ENTRY is the number of the best matching entry, from 0. To read on from there:
  hansard show ID --entry N

A pipe gets a line per match, with tabs between the columns: id, position,
created_at, matching_entries, gone_at, title, snippet.`

/** What the help of `backup` says after its options. */
export const ALL_ACCOUNTS = `
With --all, a pipe gets a line per profile, with tabs between the columns:
profile, outcome, listed, new, updated, failed, gone, requests, seconds, archive,
reason.`

/** What the help of `status` says after its options. */
export const COVERAGE = `
With --all, a pipe gets a line per profile, the oldest backup first, with tabs
between the columns: profile, last_complete, last_run, conversations, bytes,
archive, reason. It exits with 3 if a profile has no complete backup, or with
--max-age none that is recent enough.`

/** What the help of `runs` says after its options. */
export const RUNS = `
A pipe gets a line per run, with tabs between the columns: id, started_at,
ended_at, command, outcome, seconds, listed, new, updated, failed, gone,
requests, complete, unchanged, vanished, compared, retries, bytes, reason.`

/** What the help of `forget` says after its options. */
export const FORGETTING = `
Deletes all revisions, the entries, agents and files that no other conversation
has, failures, and words in the search index, and rewrites the file, so that no
page has anything left of them. What remains is a receipt: a hash of the id, by
which backups know not to store it again. \`hansard backup --id ID\` does store it.

The conversation stays upstream, and in copies, snapshots and exports. Without an
id, it ends what was interrupted.`

/** What the help of `prune` says after its options. */
export const PRUNING = `
Without --yes it lists what it would delete, from the archive alone. With --yes
each conversation is read again, and deleted only if it is exactly as archived.
What a replay made is kept, unless it is named with --id. The archive keeps
everything, and marks as gone what was deleted. If it is interrupted, run it again.`
