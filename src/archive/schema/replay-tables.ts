/** A migration, apart from the others for its length; as they, it is never edited once it was released. */
export const replayTables = `
-- An account that was replayed into. stamp_place: where a stamp was seen to come back; null until a copy was read back.
create table replay_target (
  id integer primary key,
  base_url text not null,
  first_at text not null,
  stamp_place text check (stamp_place in ('metadata', 'description'))
) strict;

-- Keys that were seen to open such an account: salted hashes.
create table replay_key (
  hash blob primary key,
  salt blob not null,
  target integer not null references replay_target (id),
  seen_at text not null
) strict;

-- What is to arrive at a target exactly once: the copy of a conversation in one revision, under its stamp. target_id: its
-- id over there. planned: the line of the plan, losses included. open: a request was sent, and no answer is known.
create table replay_copy (
  id integer primary key,
  target integer not null references replay_target (id),
  stamp text not null,
  conversation text not null,
  revision text not null,
  mode text not null,
  label text not null,
  state text not null check (state in
    ('pending', 'open', 'done', 'uncertain', 'failed', 'blocked', 'stale', 'diverged', 'undone')),
  reason text,
  target_id text,
  planned text not null,
  at text not null,
  unique (target, stamp)
) strict;
create index replay_copy_state on replay_copy (target, state);
create index replay_copy_conversation on replay_copy (conversation);
create index replay_copy_target_id on replay_copy (target_id);

-- A request that starts or continues a copy. The row is the intent, on the disk before anything is sent; outcome and the
-- columns after it are the receipt. outcome: done (answered), found (the answer was lost, what it did was found), absent
-- (looked for and not there), refused, unsent, undone (deleted again); null while nobody knows. call: which of the plan's calls, from 0.
-- before: entries that stand before its inputs. fingerprint: what these look like in a history. results: places of the
-- archived results it answers with. since: a moment of the target's own clock, shortly before. generated: ids of entries.
create table replay_request (
  id integer primary key,
  copy integer not null references replay_copy (id),
  call integer not null,
  appends_to text,
  before integer not null,
  inputs integer not null,
  fingerprint text not null,
  results text not null,
  stamp_place text not null,
  since text,
  at text not null,
  outcome text check (outcome in ('done', 'found', 'absent', 'refused', 'unsent', 'undone')),
  ended_at text,
  target_id text,
  generated text,
  tokens_in integer,
  tokens_out integer,
  cost real
) strict;
create index replay_request_copy on replay_request (copy);
create index replay_request_target_id on replay_request (target_id);
create index replay_request_open on replay_request (copy) where outcome is null;
`

/** What names, limits, recognition and the check of who may send need; never edited once it was released. */
export const replayRunTables = `
-- A hash of the name under which the file is written: SQLite keeps its log beside that one.
create table written_as (
  only_row integer primary key check (only_row = 1),
  name text not null
) strict;

-- An execution of "replay run". Without an end it was killed, and the next run goes on with its account: limits count
-- what it spent. turn: of all runs, only the one that began last may send. requests: sent so far, reads too.
create table replay_run (
  id integer primary key,
  target integer not null references replay_target (id),
  turn integer not null,
  begun_at text not null,
  ended_at text,
  requests integer not null default 0
) strict;

-- Conversations of a target that carry the stamp of a copy which this archive did not send. rejected: a person said that
-- it is not the copy.
create table replay_candidate (
  copy integer not null references replay_copy (id),
  target_id text not null,
  rejected integer not null default 0,
  primary key (copy, target_id)
) strict, without rowid;

-- counted: what a request counts against limits, at least its estimate; tokens_in and tokens_out are what the target
-- reported. is_foreign: another archive sent it, and it was recognised.
alter table replay_request add column run integer references replay_run (id);
alter table replay_request add column counted_in integer;
alter table replay_request add column counted_out integer;
alter table replay_request add column is_foreign integer not null default 0;

-- The clock that these moments come from was never compared with created_at.
update replay_request set since = null where outcome is null;
`
