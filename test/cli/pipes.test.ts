import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(async () => {
  place = openWorkplace()
  // 488 points: more than a pipe holds (64 KiB) in every format.
  const config = { mode: 'polo', '3rd_supply_swp': 'vccn', postlay_cross_cornerlist: 'full' }
  const { backupPath } = makeDomain(place.path('domain'), { config })
  expect((await place.pvt(['results', 'import', '--new', backupPath])).code).toBe(0)
})

afterAll(() => {
  place.remove()
})

const large = ['results show --raw', 'results show --json', 'results export', 'results show -f ndjson']

describe('a pipe', () => {
  test.concurrent.each(large)('%s | head -1 ends quietly with 0', async (command) => {
    const answer = await place.sh(`set -o pipefail; pvt ${command} -j @latest | head -1`)
    expect({ code: answer.code, stderr: answer.stderr }).toEqual({ code: 0, stderr: '' })
    expect(answer.stdout.trimEnd()).not.toBe('')
  })

  test('what a check has found is its exit code, also when nobody reads all of it', async () => {
    const empty = await place.create(['-d', place.path('work')])
    const answer = await place.sh(
      `set -o pipefail; pvt results compare $(pvt history --json | grep -o '"job_id": "[^"]*' | tail -1 | cut -c12-) ${empty} --json | head -1`,
    )
    expect(answer).toEqual({ stdout: '[\n', stderr: '', code: 7 })
    await place.pvt(['job', 'delete', empty, '--yes'])
  })

  test.concurrent.each(['--help', 'history', 'job status @latest', 'db status --json'])(
    '%s into a reader that is gone',
    async (command) => {
      const answer = await place.sh(`set -o pipefail; { sleep 0.2; pvt ${command}; } | true`)
      expect(answer).toEqual({ stdout: '', stderr: '', code: 0 })
    },
  )

  test.concurrent.each(large)('%s loses nothing when the reader is slow', async (command) => {
    const whole = await place.pvt([...command.split(' '), '-j', '@latest'])
    expect(whole.stdout.length).toBeGreaterThan(65_536)
    const slow = await place.sh(`pvt ${command} -j @latest | { sleep 0.3; cat; }`)
    expect(slow.stdout === whole.stdout).toBe(true)
  })

  test('a pipe and a file get the same', async () => {
    const { stdout } = await place.pvt(['history'])
    await place.sh(`pvt history > ${place.path('history.txt')}`)
    expect(readFileSync(place.path('history.txt'), 'utf8')).toBe(stdout)
  })
})

test.each([
  ...['--version', '--help', 'job create', 'history', 'history --json', 'stats -f csv', 'job status @latest'],
  ...[
    'results missing -f rerun -j @latest',
    'results export -j @latest',
    'db path',
    'cleanup --older-than 90d --dry-run',
  ],
])('%s > /dev/full is exit code 1', async (command) => {
  // A job without results: all of its points are missing, so that there is something to print.
  if (command.includes('missing')) await place.create(['-c', place.path('domain/config.cfg')])
  const { stdout, stderr, code } = await place.sh(`pvt ${command} > /dev/full`)
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  expect(stderr.replace(/\s+/g, ' ')).toMatch(
    command.includes('--json')
      ? /^\{ ?"error": ?\{ ?"code": ?"output_failed"/
      : /^pvt: [^\n]*cannot be written/,
  )
})

test('results export to a file that cannot be written is exit code 1 and leaves nothing', async () => {
  const { code, stderr } = await place.pvt(['results', 'export', '-j', '@latest', '-o', '/nowhere/x.csv'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^pvt: \/nowhere\/x\.csv cannot be written/)
})

test.each(['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])('with %s a command does its work', async (closed) => {
  const before = await place.json<unknown[]>(['history'])
  expect((await place.sh(`pvt job create --name closed ${closed}`)).code).toBe(0)
  expect((await place.sh(`pvt history ${closed}`)).code).toBe(0)
  expect((await place.sh(`pvt nope ${closed}`)).code).toBe(2)
  expect(await place.json(['history'])).toHaveLength(before.length + 1)
})

test('an error whose stderr is full keeps its exit code', async () => {
  expect(await place.sh('pvt nope 2> /dev/full')).toEqual({ stdout: '', stderr: '', code: 2 })
})

test('stdin is never read where nothing is asked', async () => {
  const answer = await place.sh('{ echo one; echo two; } | { pvt history > /dev/null; cat; }')
  expect(answer.stdout).toBe('one\ntwo\n')
})

test.each(['SIGINT', 'SIGTERM'])('a watch ends by %s as every program does', async (signal) => {
  await place.create(['--name', 'watched'])
  const script = `pvt job status @latest --watch 0.2 > ${place.path('watch.txt')} & sleep 0.6; kill -${signal} $!; wait $!`
  const { code } = await place.sh(signal === 'SIGINT' ? `set -m; ${script}` : script)
  expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
  expect(existsSync(place.path('watch.txt'))).toBe(true)
})
