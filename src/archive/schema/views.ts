/** A member of JSON text as a column. A text that SQLite cannot read has none, and makes no other row fail. */
function memberOf(json: string, key: string): string {
  const value = `select value from json_each(${json}) where key = '${key}' order by id desc limit 1`
  return `case when json_valid(${json}) then (${value}) end as ${key}`
}

const ofRow = ['description', 'instructions', 'metadata'].map((key) => memberOf('r.row', key))

const ofEntry = [
  ...['id', 'type', 'role', 'model', 'agent_id', 'name', 'tool_call_id'],
  ...['created_at', 'completed_at', 'content'],
].map((key) => memberOf('entry.json', key))

/** The views of an archive, for people who query it with sqlite3 or Datasette. */
export const views = `
-- One row for each conversation, in its newest revision.
create view conversations as
select c.id, r.name, r.model, r.agent_id, r.agent_version, r.created_at, r.updated_at, r.length as entries,
  (select count(*) from revision where conversation = c.key) as revisions, c.gone_at, c.fetched_at,
  ${ofRow.join(',\n  ')},
  r.row as json
from conversation c join revision r on r.id = c.revision;

-- One row for each entry of the newest revisions; order by position. If a key occurs twice, the last one counts.
create view entries as
with recursive step (conversation, link) as (
  select c.id, r.tip from conversation c join revision r on r.id = c.revision where r.tip <> 0
  union all
  select step.conversation, link.previous from step join link on link.id = step.link where link.previous <> 0
)
select step.conversation as conversation_id, link.position,
  ${ofEntry.join(',\n  ')},
  entry.json
from step join link on link.id = step.link join entry on entry.id = link.entry;

-- One row for each agent or file that conversations refer to.
create view dependencies as
select kind, id, version, state, reason, at, length(bytes) as bytes, hex(dependency.sha256) as sha256, json
from dependency left join blob on blob.sha256 = dependency.sha256;
`
