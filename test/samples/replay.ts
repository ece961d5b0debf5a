import { ConversationsClient, openArchive, planReplay, runReplay, verifyCopies } from 'hansard'

const target = new ConversationsClient({
  apiKey: process.env['MISTRAL_TARGET_API_KEY'] ?? '',
  baseUrl: process.env['MISTRAL_BASE_URL'],
})
const archive = openArchive('hansard.db', { mode: 'write' })
try {
  const plan = await planReplay(target, archive, { fallbackModel: 'mistral-medium-latest' })
  const losses = new Set<string>()
  for await (const planned of plan.conversations()) {
    for (const { reason, hint } of planned.blocks) console.error(planned.id, reason, hint)
    for (const { kind } of planned.losses) losses.add(kind)
  }
  const { done, outcome } = await runReplay(target, archive, plan, { concurrency: 2 })
  const { identical, equivalent, different } = await verifyCopies(target, archive)
  const certified = identical + equivalent
  console.log(
    JSON.stringify({
      planned: plan.end.conversations,
      losses: [...losses],
      done,
      outcome,
      certified,
      different,
    }),
  )
} finally {
  archive.close()
  await target.close()
}
