#!/usr/bin/env node
import module from 'node:module'

module.enableCompileCache?.()
try {
  const { main } = await import('../dist/main.js')
  await main(process.argv.slice(2))
} catch (error) {
  // No module can be loaded without a free file descriptor, so the message stands here.
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error
  process.exitCode = 1
  process.stderr.write(`hansard: Too many open files: the limit of this process is reached
hint: Raise the limit, for example with \`ulimit -n 1024\`, and run the command again.
`)
}
