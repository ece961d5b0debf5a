import { verifyArchive } from 'hansard'

let checks = 0
for (const result of verifyArchive('hansard.db')) {
  if ('done' in result) checks++
  else console.log(JSON.stringify({ what: result.finding.what, hint: result.finding.hint }))
}
console.log(JSON.stringify({ checks }))
