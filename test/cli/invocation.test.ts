import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(async () => {
  place = openWorkplace()
  await place.create()
})

afterAll(() => {
  place.remove()
})

/** Every command that there is, as it is called. */
const commands = [
  ...['create', 'status', 'cancel', 'delete', 'note', 'log', 'pin', 'unpin'].map((name) => `job ${name}`),
  ...['start', 'done', 'fail', 'list'].map((name) => `stage ${name}`),
  ...['import', 'show', 'summary', 'missing', 'export'].map((name) => `results ${name}`),
  ...['inspect', 'history', 'stats', 'cleanup', 'restore'],
  ...['create', 'list', 'verify'].map((name) => `backup ${name}`),
  ...['path', 'status', 'migrate', 'check', 'optimize'].map((name) => `db ${name}`),
]

test.concurrent.each(['--version', '-V'])(
  '%s prints the version of package.json and nothing else',
  async (option) => {
    const file = resolve(import.meta.dirname, '../../package.json')
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    expect(await place.pvt([option])).toEqual({ stdout: `${version}\n`, stderr: '', code: 0 })
  },
)

test('the version and help need no database and no home', async () => {
  const env = { PVT_DB: '', HOME: undefined }
  expect((await place.pvt(['--version'], { env })).code).toBe(0)
  expect((await place.pvt(['job', 'create', '--help'], { env })).code).toBe(0)
})

test.concurrent.each(['--help', '-h', 'help'])(
  '%s lists every command, the exit codes and examples',
  async (word) => {
    const { stdout, stderr, code } = await place.pvt([word])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    for (const group of new Set(commands.map((command) => command.split(' ')[0]!))) {
      expect(stdout).toMatch(new RegExp(`^  ${group} `, 'm'))
    }
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7]) expect(stdout).toMatch(new RegExp(`\\b${code} [a-z]`))
    for (const option of ['--db <path or URL>', '-f, --format', '--json', '-q, --quiet', '--no-color']) {
      expect(stdout).toContain(option)
    }
    expect(stdout).toMatch(/\nExamples:\n(  \$ pvt .+\n)+$/)
  },
)

test.concurrent.each(commands)('the help of %s ends with one or two examples of it', async (command) => {
  const words = command.split(' ')
  const long = await place.pvt([...words, '--help'])
  expect({ stderr: long.stderr, code: long.code }).toEqual({ stderr: '', code: 0 })
  expect(long.stdout).toMatch(new RegExp(`^Usage: pvt ${command} `))
  const examples = /\nExamples:\n((?:  \$ pvt .+\n){1,3})$/.exec(long.stdout)?.[1] ?? ''
  const name = command === 'backup create' ? 'backup' : command
  for (const line of examples.trimEnd().split('\n')) expect(line).toMatch(new RegExp(`^  \\$ pvt ${name}\\b`))
})

test('-h is --help', async () => {
  expect(await place.pvt(['job', 'create', '-h'])).toEqual(await place.pvt(['job', 'create', '--help']))
})

test('a group lists its commands', async () => {
  for (const group of ['job', 'stage', 'results', 'backup', 'db']) {
    const { stdout, code } = await place.pvt([group, '--help'])
    expect(code).toBe(0)
    const names = commands.flatMap((command) =>
      command.startsWith(`${group} `) ? [command.split(' ')[1]!] : [],
    )
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  }
})

describe('wrong usage is exit code 2, one line and a hint', () => {
  test.concurrent.each([
    ['no command', [], /a command is missing/],
    ['a group without a command', ['job'], /a command is missing after 'pvt job': one of create, status,/],
    [
      'a database named as a group',
      ['--db', 'job'],
      /a command is missing after 'pvt': one of run, watch, job,/,
    ],
    ['an unknown command', ['nope'], /unknown command 'nope'/],
    ['a misspelt command', ['histroy'], /unknown command 'histroy'.*history/],
    ['an unknown command of a group', ['job', 'nope'], /unknown command 'nope' .*: see: pvt job --help/],
    ['an unknown option of the program', ['--nope'], /unknown option '--nope': see: pvt --help/],
    [
      'an unknown option of a command',
      ['history', '--nope'],
      /unknown option '--nope' .*: see: pvt history --help/,
    ],
    ['an option without its value', ['history', '--limit'], /'--limit <n>' argument missing/],
    ['an argument too many', ['history', 'x'], /too many arguments/],
    ['an argument too few', ['-q', 'inspect'], /missing required argument 'path': see: pvt inspect --help/],
    ['an unknown format', ['-f', 'xml', 'history'], /--format xml: unknown format: .*table json ndjson csv/],
    ['the format rerun elsewhere', ['-f', 'rerun', 'history'], /only results missing knows it/],
    ['a limit that is no number', ['history', '--limit', 'x'], /--limit.*'x'/],
    ['a negative limit', ['history', '--limit', '-1'], /--limit.*'-1'/],
    ['a limit with a fraction', ['results', 'show', '--limit', '1.5'], /--limit.*'1\.5'/],
    ['a log limit of nothing', ['job', 'log', '--limit', '0'], /--limit.*'0'/],
    ['an empty --db', ['--db', '', 'history'], /--db is empty/],
    ['an unknown kind of database', ['--db', 'mysql://x/y', 'history'], /unknown kind of database 'mysql'/],
    ['a database in memory', ['--db', ':memory:', 'history'], /':memory:' is not the name/],
  ])('%s', async (_, args, message) => {
    expectFailure(await place.pvt(args), 2, message)
  })
})

test('global options stand before the command, after it, or at the end', async () => {
  const expected = await place.pvt(['--json', 'history'])
  expect(JSON.parse(expected.stdout)).toHaveLength(1)
  for (const args of [
    ['history', '--json'],
    ['history', '-f', 'json'],
    ['-f', 'json', 'history'],
    ['-fjson', 'history'],
    ['--format=json', 'history'],
    ['history', '--limit', '5', '--json'],
    ['--db', place.db, 'history', '--json'],
    ['history', '--json', '--db', place.db],
    ['--no-color', 'history', '-q', '--json'],
  ]) {
    expect(await place.pvt(args)).toEqual(expected)
  }
})

test('--db wins over PVT_DB, wherever it stands', async () => {
  const other = place.path('other.db')
  expect(await place.json(['--db', other, 'history'])).toEqual([])
  expect(await place.json(['history', '--db', other])).toEqual([])
  expect((await place.json<unknown[]>(['history'])).length).toBe(1)
})

test('--quiet silences warnings and hints, but never the answer or an error', async () => {
  const id = await place.create()
  const start = (stage: string, ...more: string[]) => place.pvt(['stage', 'start', stage, '-j', id, ...more])
  expect((await start('ext')).stderr).toMatch(/^pvt: warning: .*stored out of order\n$/)
  const quiet = await start('srt', '--quiet')
  expect(quiet).toMatchObject({ stderr: '', code: 0, stdout: `${id.slice(0, 8)} stage srt started\n` })
  expect((await place.pvt(['-q', 'stage', 'start', 'usr', '-j', id])).stderr).toBe('')
  expectFailure(await start('nope', '--quiet'), 2, /there is no stage 'nope'/)
  const file = join(place.folder, 'out.csv')
  expect((await place.pvt(['results', 'export', '-j', id, '-o', file])).stderr).toMatch(/written to/)
  expect((await place.pvt(['results', 'export', '-j', id, '-o', file, '-q'])).stderr).toBe('')
})

test.each([
  ['--json -f csv history', /^job_id,/],
  ['history --json --format ndjson', /^\{"job_id":/],
  ['-f csv history --json', /^\[\n/],
])('of several formats the last one counts: %s', async (words, beginning) => {
  expect(await place.pvt(words.split(' '))).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(beginning) as string,
  })
})

test('an error has the form of the last format', async () => {
  expectFailure(
    await place.pvt(['--json', '-f', 'csv', 'job', 'status', '00000000']),
    3,
    /^pvt: there is no job/,
  )
  expectFailure(await place.pvt(['--json', '-f', 'xml', 'history']), 2, /^pvt: --format xml: unknown format/)
  const { stderr } = await place.pvt(['-f', 'csv', 'job', 'status', '00000000', '--json'])
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'job_not_found' } })
})
