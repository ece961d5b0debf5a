import { ledgerSchema } from './ledger-schema.ts'
import { views } from './views.ts'

/**
 * The schema of an archive. People who query it should use the views; the tables may change with a new format.
 *
 * Times (`*_at`) are ISO 8601 in UTC, except `created_at` and `updated_at`, which are as the API sent them.
 */
export const initialSchema = `
-- CONTENT

-- The text of an entry as the API sent it, stored once however many histories contain it.
create table entry (
  id integer primary key,
  sha256 blob not null,
  json text not null
) strict;
-- 8 bytes find an entry as well as 32 and keep the index at a third of the size; the full hash is compared afterwards.
create index entry_sha256 on entry (substr(sha256, 1, 8));

-- One step of a history: an entry at a position (from 0), after the link \`previous\` (0: the start). Histories that
-- begin with the same entries share links.
create table link (
  id integer primary key,
  previous integer not null,
  entry integer not null references entry (id),
  position integer not null,
  unique (previous, entry)
) strict;

-- A conversation. id: from the API. revision: the newest one. gone_at: when a backup found it missing upstream.
-- revision has no foreign key: with a circle of two, SQLite read the whole table for every revision added at commit, and
-- 40,000 conversations took three times as long.
create table conversation (
  key integer primary key,
  id text not null unique,
  revision integer not null,
  fetched_at text not null,
  gone_at text
) strict;

-- A conversation as it was at one time. row: its JSON without entries. history, messages: the API's envelopes with their
-- lists emptied. tip: the last link of the history; messages_tip: that of the messages, null unless they differ from the
-- history. length: number of entries. chain: a hash over the hashes of the entries. name and the columns after it are
-- derived from row: a generated column would take the first of two equal keys, JSON.parse takes the last. active_at:
-- updated_at, or else created_at, in UTC with microseconds, so that it sorts. seal: a hash over the other columns, which
-- shows when one of them has decayed.
create table revision (
  id integer primary key,
  conversation integer not null references conversation (key),
  run integer not null references run (id),
  stored_at text not null,
  row text not null,
  history text not null,
  tip integer not null,
  length integer not null,
  chain blob not null,
  messages text,
  messages_tip integer,
  name text,
  model text,
  agent_id text,
  agent_version text,
  created_at text,
  updated_at text,
  active_at text,
  seal blob
);
create index revision_conversation on revision (conversation);
create index revision_run on revision (run, conversation);
create index revision_active_at on revision (active_at);

-- An agent or a file that a conversation refers to. version: of an agent; '' means the one in force at the time. state:
-- wanted (not fetched yet), stored, expired (deleted upstream), skipped (too large), failed (retried by every run).
-- json: the agent or the file's metadata, secrets redacted. since: when the conversation that first referred to it last
-- changed; a 404 for a young file is not final.
create table dependency (
  kind text not null check (kind in ('agent', 'file')),
  id text not null,
  version text not null default '',
  state text not null check (state in ('wanted', 'stored', 'expired', 'skipped', 'failed')),
  reason text,
  json text,
  sha256 blob references blob (sha256),
  at text not null,
  since text,
  primary key (kind, id, version)
) strict, without rowid;

-- The bytes of a file, stored once.
create table blob (
  sha256 blob primary key,
  bytes blob not null
) strict;

-- SEARCH

-- The search index. A document is an entry (rowid: its id) or the row of a revision (rowid: minus its id). It stores no
-- text, and its words are normalized before they are added.
create virtual table search using fts5 (words, content = '', tokenize = 'ascii');

-- Which documents belong to a conversation (by key), as of its newest revision in the index.
create table holding (
  document integer not null,
  conversation integer not null,
  primary key (document, conversation)
) strict, without rowid;

-- Documents that could not be indexed and are empty in the index. Another version of hansard tries them again.
create table unindexed (
  document integer primary key,
  reason text not null,
  hansard text not null,
  at text not null,
  acknowledged_at text
) strict;

-- JOURNAL

-- One execution of a command against the account. Without ended_at it is still running or was killed. complete: 1 if the
-- listing was verified complete, null if not everything was listed. listed is the number of distinct conversations; in a
-- complete run it is the sum of new, updated, unchanged, failed and vanished. requests_by_kind: a JSON object with the number
-- of requests by operation. compared: conversations whose messages were compared with their history. forgotten: revisions of
-- this run that were deleted since by \`hansard forget\`.
create table run (
  id integer primary key,
  command text not null,
  hansard text not null,
  base_url text not null,
  started_at text not null,
  ended_at text,
  outcome text,
  reason text,
  complete integer,
  listed integer not null default 0,
  new integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  vanished integer not null default 0,
  gone integer not null default 0,
  compared integer not null default 0,
  forgotten integer not null default 0,
  requests integer not null default 0,
  requests_by_kind text,
  retries integer not null default 0,
  bytes integer not null default 0
) strict;

-- A conversation that could not be stored, or a part of it. body: the response that could not be used. runs: how many
-- runs met the failure. Open while resolved_at is null; an acknowledged failure no longer makes a run partial. When the
-- reason (step and code) changes, the row ends with the run before, and another one goes on with runs and acknowledged_at.
create table failure (
  id integer primary key,
  conversation text not null,
  step text not null,
  code text not null,
  message text not null,
  body blob,
  runs integer not null default 1,
  first_run integer not null references run (id),
  last_run integer not null references run (id),
  last_at text not null,
  resolved_at text,
  acknowledged_at text
);
create unique index failure_open on failure (conversation) where resolved_at is null;
create index failure_last_run on failure (last_run, first_run);

-- Something worth knowing that is not a failure, such as a conversation that disappeared upstream.
create table event (
  id integer primary key,
  run integer not null references run (id),
  at text not null,
  kind text not null,
  conversation text,
  detail text not null,
  acknowledged_at text
) strict;
create index event_run on event (run, kind);

-- A type, field or value that the API sent and its specification does not define. kind: entry, chunk, field or value.
-- example: the id of a conversation that contains it.
create table unknown_shape (
  kind text not null,
  name text not null,
  first_at text not null,
  last_at text not null,
  times integer not null,
  example text not null,
  primary key (kind, name)
) strict, without rowid;

-- A deletion upstream (\`hansard prune\`). The row is the intent: it is on the disk before the request is sent. revision (an id),
-- row_sha256 and chain: what is archived, and was found equal upstream just before. outcome: deleted (it is not there any
-- more), kept (nothing was deleted); null while unknown.
create table deletion (
  id integer primary key,
  run integer not null references run (id),
  conversation text not null,
  revision integer not null,
  row_sha256 blob not null,
  chain blob not null,
  at text not null,
  outcome text check (outcome in ('deleted', 'kept')),
  ended_at text
) strict;
create index deletion_open on deletion (conversation) where outcome is null;

-- A conversation that was forgotten (\`hansard forget\`): a receipt without content. id_sha256: of its id, by which a backup knows
-- not to store it again. revisions: how many were deleted. overwritten_at: when no page of the file had any of it left; null
-- until then. recalled_at: since when it may be stored again.
create table forgotten (
  id integer primary key,
  id_sha256 blob not null,
  at text not null,
  revisions integer not null,
  overwritten_at text,
  recalled_at text
) strict;

-- Salted hashes of the API keys that opened this account.
create table account_key (hash blob primary key, salt blob not null, seen_at text not null) strict;

-- What runs and probes have learnt about a service: see journal/service-facts.ts for the names and their values.
create table service_fact (
  base_url text not null,
  name text not null,
  value real not null,
  learnt_at text not null,
  primary key (base_url, name)
) strict, without rowid;

-- A hash of the file name under which the archive is written: SQLite keeps its log beside that name.
create table written_as (
  only_row integer primary key check (only_row = 1),
  name text not null
) strict;

${ledgerSchema}

${views}`
