/** The tables of replays: what was sent to other accounts. */
export const ledgerSchema = `
-- LEDGER OF REPLAYS

-- An account that conversations were replayed into. stamp_place: the field in which stamps come back from it; null until
-- a copy was read back.
create table replay_target (
  id integer primary key,
  base_url text not null,
  first_at text not null,
  stamp_place text check (stamp_place in ('metadata', 'description'))
) strict;

-- Salted hashes of the API keys that opened a target.
create table replay_key (
  hash blob primary key,
  salt blob not null,
  target integer not null references replay_target (id),
  seen_at text not null
) strict;

-- An execution of "replay run". Without ended_at it was killed, and the next run continues its account: limits include
-- what it spent. Only the run with the highest turn may send. requests: sent so far, including reads.
create table replay_run (
  id integer primary key,
  target integer not null references replay_target (id),
  turn integer not null,
  begun_at text not null,
  ended_at text,
  requests integer not null default 0
) strict;

-- A copy of one revision of a conversation at a target, identified by its stamp. target_id: its id at the target.
-- planned: its line of the plan, with all losses. state open: a request was sent and its outcome is unknown.
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

-- A request that starts or continues a copy. The row is the intent: it is on the disk before the request is sent. outcome
-- and the columns after it are the receipt. outcome: done (a response arrived), found (the response was lost, but its
-- effect was found), absent (searched for and not found), refused, unsent, undone (deleted again); null while unknown.
-- call: index in the plan's calls. appends_to: the conversation it continues; null for a start. before: number of entries
-- before its inputs. fingerprint: how the inputs appear in a history. results: positions of the archived results it
-- sends. since: a time by the target's clock shortly before, null if that clock is not trusted. generated: ids of entries.
-- tokens_in, tokens_out: as reported by the target. counted_in, counted_out: as counted against limits, at least the
-- estimate. is_foreign: another archive sent it.
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
  cost real,
  run integer references replay_run (id),
  counted_in integer,
  counted_out integer,
  is_foreign integer not null default 0
) strict;
create index replay_request_copy on replay_request (copy);
create index replay_request_target_id on replay_request (target_id);
create index replay_request_open on replay_request (copy) where outcome is null;

-- A conversation at a target that has the stamp of a copy which this archive did not send. rejected: 1 if a person said
-- that it is not the copy.
create table replay_candidate (
  copy integer not null references replay_copy (id),
  target_id text not null,
  rejected integer not null default 0,
  primary key (copy, target_id)
) strict, without rowid;
`
