import { HansardError } from '../../errors.ts'
import { unindexedTable } from '../content/unindexed-texts.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'
import { deriveColumns, type DerivedColumns } from './derived-columns.ts'
import { replayRunTables, replayTables } from './replay-tables.ts'
import { sealOf, type SealedRevision } from './seal.ts'

/** Marks a SQLite file as ours ("HNSD"), for `file` and for `openArchive`. */
const APPLICATION_ID = 0x484e5344

/**
 * Brings the schema up to date (or up to an older version, for archives that tests need). The list below only ever
 * grows: a migration that was released is never edited, and the number of those applied is the archive's version.
 */
export function migrate(db: Sqlite, path: string, target = migrations.length): void {
  const version = versionOf(db, path)
  if (version === target) return
  defineFunctions(db)
  db.transaction(() => {
    for (const migration of migrations.slice(version, target)) db.exec(migration)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${target}`)
  }).exclusive()
}

/** Tells whether the archive was written by an older hansard, and refuses what isn't an archive or is newer. */
export function isOutdated(db: Sqlite, path: string): boolean {
  return versionOf(db, path) < migrations.length
}

/** What migrations need of ours in SQL; nothing that stays in the file refers to it. */
function defineFunctions(db: Sqlite): void {
  const derived = (row: string, column: keyof DerivedColumns) => deriveColumns(row)[column]
  const seal = (revision: string, chain: Buffer) =>
    sealOf({ ...(JSON.parse(revision) as SealedRevision), chain })
  db.function('derived', derived)
  db.function('seal', seal)
}

function versionOf(db: Sqlite, path: string): number {
  const version = Number(db.pragma('user_version', { simple: true }))
  const isEmpty = db.prepare('select count(*) from sqlite_schema').pluck().get() === 0
  if (!isEmpty && db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new HansardError('not-an-archive', `${path} is a SQLite file, but not a hansard archive`, {
      hint: 'Name another file with --archive.',
    })
  }
  if (version > migrations.length) {
    throw new HansardError('archive-newer', `${path} was written by a newer hansard (format ${version})`, {
      hint: `This hansard knows formats up to ${migrations.length}: update it. The file was not touched.`,
    })
  }
  return version
}

const migrations = [
  /* 1 */ `
-- One execution of a command against the account, and its books.
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
  requests integer not null default 0,
  retries integer not null default 0,
  bytes integer not null default 0
) strict;

-- The text of an entry, as the API sent it; once, however many histories hold it.
create table entry (
  id integer primary key,
  sha256 blob not null,
  json text not null
) strict;
-- Eight bytes find an entry as well as 32 and make an index a third as large; the whole hash is compared afterwards.
create index entry_sha256 on entry (substr(sha256, 1, 8));

-- One step of a history: this entry, after all that \`previous\` leads back to (0: nothing). Forks share their steps.
create table link (
  id integer primary key,
  previous integer not null,
  entry integer not null references entry (id),
  position integer not null,
  unique (previous, entry)
) strict;

-- \`revision\` is the newest one. (No foreign key: a circle of them, checked at commit, let SQLite read the whole table
-- for every revision added, and 40,000 conversations took three times as long.)
create table conversation (
  key integer primary key,
  id text not null unique,
  revision integer not null,
  fetched_at text not null,
  gone_at text
) strict;

-- A conversation's state as seen at one time: its row, and the last link of its history and (if they differ) messages.
-- \`history\` and \`messages\` are the API's envelopes with their lists emptied. The columns at the end derive from \`row\`.
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
  name text as (case when json_valid(row) then row ->> '$.name' end),
  model text as (case when json_valid(row) then row ->> '$.model' end),
  agent_id text as (case when json_valid(row) then row ->> '$.agent_id' end),
  agent_version text as (case when json_valid(row) then row ->> '$.agent_version' end),
  created_at text as (case when json_valid(row) then row ->> '$.created_at' end),
  updated_at text as (case when json_valid(row) then row ->> '$.updated_at' end)
);
create index revision_conversation on revision (conversation);

-- What could not be stored, until it can. \`body\` is what came instead of what was asked for.
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
  resolved_at text
);
create unique index failure_open on failure (conversation) where resolved_at is null;

-- Something that a person should know of, and that is no failure.
create table event (
  id integer primary key,
  run integer not null references run (id),
  at text not null,
  kind text not null,
  conversation text,
  detail text not null
) strict;

-- Keys that were seen to belong to the account: salted hashes, a shortcut past the check by conversations.
create table account_key (hash blob primary key, salt blob not null, seen_at text not null) strict;

-- For people with sqlite3 or Datasette: the newest revision of each conversation.
create view conversations as
select c.id, r.name, r.model, r.agent_id, r.agent_version, r.created_at, r.updated_at, r.length as entries,
  (select count(*) from revision where conversation = c.key) as revisions, c.gone_at, c.fetched_at, r.row as json
from conversation c join revision r on r.id = c.revision;

-- For people with sqlite3 or Datasette: every entry of the newest revisions, in order by position (0 is the first).
create view entries as
with recursive step (conversation, link) as (
  select c.id, r.tip from conversation c join revision r on r.id = c.revision where r.tip <> 0
  union all
  select step.conversation, link.previous from step join link on link.id = step.link where link.previous <> 0
)
select step.conversation as conversation_id, link.position,
  case when json_valid(json) then json ->> '$.type' end as type,
  case when json_valid(json) then json ->> '$.role' end as role,
  case when json_valid(json) then json ->> '$.id' end as id,
  case when json_valid(json) then json ->> '$.created_at' end as created_at,
  case when json_valid(json) then json ->> '$.content' end as content,
  entry.json
from step join link on link.id = step.link join entry on entry.id = link.entry;
`,
  /* 2 */ `
-- A failure that somebody has accepted no longer makes a run partial.
alter table failure add column acknowledged_at text;
alter table event add column acknowledged_at text;

-- What conversations refer to: agents (json: the agent, secrets redacted) and files (json: what the API says of it).
-- version: of an agent, '' for the one in force at the time. state: wanted, stored, expired (the API has it no longer),
-- skipped (too large), failed (tried again by every run).
create table dependency (
  kind text not null check (kind in ('agent', 'file')),
  id text not null,
  version text not null default '',
  state text not null check (state in ('wanted', 'stored', 'expired', 'skipped', 'failed')),
  reason text,
  json text,
  sha256 blob references blob (sha256),
  at text not null,
  primary key (kind, id, version)
) strict, without rowid;

-- The bytes of files, once each, by their hash.
create table blob (
  sha256 blob primary key,
  bytes blob not null
) strict;

-- What the API sent that its specification does not know: kind is entry, chunk, field or value.
create table unknown_shape (
  kind text not null,
  name text not null,
  first_at text not null,
  last_at text not null,
  times integer not null,
  example text not null,
  primary key (kind, name)
) strict, without rowid;

-- For people with sqlite3 or Datasette: what conversations refer to, and whether it is there.
create view dependencies as
select kind, id, version, state, reason, at, length(bytes) as bytes, hex(dependency.sha256) as sha256, json
from dependency left join blob on blob.sha256 = dependency.sha256;
`,
  /* 3 */ `
-- Plain columns instead of generated ones: where a row has a key twice, SQLite would take the first value, and hansard
-- (as JSON.parse) takes the last. \`seal\` is a hash over the revision, so that decay of its texts shows.
drop view conversations;
drop view entries;
alter table revision drop column name;
alter table revision drop column model;
alter table revision drop column agent_id;
alter table revision drop column agent_version;
alter table revision drop column created_at;
alter table revision drop column updated_at;
alter table revision add column name text;
alter table revision add column model text;
alter table revision add column agent_id text;
alter table revision add column agent_version text;
alter table revision add column created_at text;
alter table revision add column updated_at text;
alter table revision add column seal blob;
update revision set
  name = derived(row, 'name'),
  model = derived(row, 'model'),
  agent_id = derived(row, 'agent_id'),
  agent_version = derived(row, 'agent_version'),
  created_at = derived(row, 'created_at'),
  updated_at = derived(row, 'updated_at'),
  seal = seal(json_object('conversation', conversation, 'run', run, 'stored_at', stored_at, 'row', row,
    'history', history, 'tip', tip, 'length', length, 'messages', messages, 'messages_tip', messages_tip), chain);

create view conversations as
select c.id, r.name, r.model, r.agent_id, r.agent_version, r.created_at, r.updated_at, r.length as entries,
  (select count(*) from revision where conversation = c.key) as revisions, c.gone_at, c.fetched_at, r.row as json
from conversation c join revision r on r.id = c.revision;

-- Where an entry has a key twice, the last one counts here too.
create view entries as
with recursive step (conversation, link) as (
  select c.id, r.tip from conversation c join revision r on r.id = c.revision where r.tip <> 0
  union all
  select step.conversation, link.previous from step join link on link.id = step.link where link.previous <> 0
)
select step.conversation as conversation_id, link.position,
  ${last('type')},
  ${last('role')},
  ${last('id')},
  ${last('created_at')},
  ${last('content')},
  entry.json
from step join link on link.id = step.link join entry on entry.id = link.entry;
`,
  /* 4 */ `
-- The search index: the words of each entry under its id, those of each revision's row under minus its id. It holds no
-- texts: they are in entry and revision. Words are put into their comparable form before they come here.
create virtual table search using fts5 (words, content = '', tokenize = 'ascii');

-- Which conversations hold, in the newest of their revisions that is indexed, which document of the search index.
create table holding (
  document integer not null,
  conversation integer not null,
  primary key (document, conversation)
) strict, without rowid;
`,
  /* 5 */ replayTables,
  /* 6 */ `
-- When the conversation that first referred to it had last changed: a 404 for a young file is not final.
alter table dependency add column since text;
`,
  /* 7 */ unindexedTable,
  /* 8 */ replayRunTables,
]

function last(key: string): string {
  const values = `select value from json_each(entry.json) where key = '${key}' order by id desc limit 1`
  return `case when json_valid(entry.json) then (${values}) end as ${key}`
}
