import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '..', 'src', 'interrupt.ts')

/** Runs a script in which `watch` is watchForInterruption; its stdout and how it ended. */
function run(body: string): { stdout: string; signal: NodeJS.Signals | null; status: number | null } {
  const script = `import { watchForInterruption as watch } from ${JSON.stringify(source)}\n${body}`
  const { stdout, stderr, signal, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  if (stderr !== '') throw new Error(stderr)
  return { stdout, signal, status }
}

const pause = 'await new Promise((done) => setTimeout(done, 200))'

test('the first signal is told, the second ends the program at once', () => {
  const ended = run(`
    const watching = watch()
    console.log(await watching.requested())
    process.kill(process.pid, 'SIGINT')
    ${pause}
    console.log(await watching.requested())
    process.kill(process.pid, 'SIGINT')
    ${pause}
    console.log('still here')`)
  expect(ended).toEqual({ stdout: 'null\ninterrupted\n', signal: 'SIGINT', status: null })
})

test('once it is closed a signal has its usual effect', () => {
  const ended = run(`
    watch().close()
    process.kill(process.pid, 'SIGTERM')
    ${pause}
    console.log('still here')`)
  expect(ended).toEqual({ stdout: '', signal: 'SIGTERM', status: null })
})
