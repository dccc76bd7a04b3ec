import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configText } from '../fixtures/config.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

/** Texts that a terminal, a table, a spreadsheet or a database could take for more than text. */
const hostile = {
  escape: 'red \x1b[31mred\x1b[0m \x1b]0;title\x07',
  'C1 control': 'csi \x9b31m nel \x85 end',
  newline: 'two\nlines\r\nand\ttab',
  'direction mark': 'txt\u202egpj.exe',
  separators: 'a\u2028b\u2029c',
  delete: 'a\x7fb\x08c',
  quotes: `'; drop table jobs; -- "x" \\ %s $1`,
  'wide characters': '测试 🎛 é e\u0301',
  formula: '=HYPERLINK("http://x")',
}

beforeAll(async () => {
  place = openWorkplace()
  await place.pvt(['history'])
  await Promise.all(
    Object.values(hostile).map(async (text) => {
      const id = await place.create(['--name', text, '--description', text, '--tag', text, '--user', text])
      await place.pvt(['job', 'note', id, text])
      await place.pvt(['stage', 'fail', 'gen', '-j', id, '--error', text])
    }),
  )
})

afterAll(() => {
  place.remove()
})

/** Everything but printable characters and the newline that ends a line. */
const hidden = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

test('no command prints a control character, in any format', async () => {
  const jobs = await place.json<{ job_id: string }[]>(['history'])
  const commands = [
    ['history'],
    ['stats'],
    ['cleanup', '--older-than', '90d', '--dry-run'],
    ['history', '--search', '\x1b[31m'],
  ].flatMap((words) => ['table', 'json', 'csv'].map((format) => [...words, '-f', format]))
  for (const { job_id } of jobs) {
    commands.push(['job', 'status', job_id], ['job', 'log', job_id], ['job', 'status', job_id, '-f', 'csv'])
  }
  const answers = await Promise.all(commands.map((words) => place.pvt(words)))
  for (const { stdout, stderr, code } of answers) {
    expect(code).toBe(0)
    expect(stdout + stderr).not.toMatch(hidden)
  }
})

test('no job that waits, and nobody who waits for one, prints a control character', async () => {
  const jobs = await place.json<{ job_id: string }[]>(['history'])
  await Promise.all(
    jobs.map(async ({ job_id }) => {
      const waiting = await place.create(['--after', job_id, '--name', 'one that waits', '--user', 'ada'])
      for (const words of [
        ['job', 'ready', waiting],
        ['job', 'wait', waiting, '--for-ready'],
        ['job', 'wait', job_id],
        ['job', 'status', job_id, 'running', '--notify-cmd', 'false'],
        ['job', 'wait', waiting, '--for-ready', '--timeout', '0s'],
        ['job', 'reap', '--dry-run', '--silent', '0s'],
        [
          'job',
          'status',
          job_id,
          'failed',
          '--error',
          (await place.json(['job', 'status', job_id])).name as string,
        ],
      ]) {
        const { stdout, stderr } = await place.pvt(words)
        expect(stdout + stderr, words.join(' ')).not.toMatch(hidden)
        expect((stdout + stderr).trimEnd(), words.join(' ')).not.toBe('')
      }
      expect((await place.pvt(['job', 'delete', waiting, '--yes'])).code).toBe(0)
    }),
  )
})

test('JSON gives back what was written, to the character', async () => {
  const jobs = await place.json<Record<string, unknown>[]>(['history', '--limit', '100'])
  const texts = jobs.map(({ name }) => name)
  expect([...texts].sort()).toEqual(Object.values(hostile).sort())
  expect(
    jobs.map(({ description, user, tags, error_message }) => [description, user, tags, error_message]),
  ).toEqual(texts.map((text) => [text, text, [text], text]))
})

test('a table has a line a job, whatever the names', async () => {
  const { stdout } = await place.pvt(['history'])
  expect(stdout.trimEnd().split('\n')).toHaveLength(1 + Object.keys(hostile).length)
  expect(stdout).toContain('red \\x1b[31mred\\x1b[0m \\x1b]0;title\\x07')
  expect(stdout).toContain('two\\nlines\\r\\nand\\ttab')
  expect(stdout).toContain('csi \\x9b31m nel \\x85 end')
  expect(stdout).toContain('txt\\u202egpj.exe')
  expect(stdout).toContain('测试 🎛')
})

test('the text of a user is a value to the database, never a part of a query', async () => {
  await Promise.all(
    Object.values(hostile).map(async (text) => {
      expect(await place.json(['history', '--user', text])).toHaveLength(1)
      expect(await place.json(['history', '--search', text])).toHaveLength(1)
    }),
  )
  expect(await place.json(['history'])).toHaveLength(Object.keys(hostile).length)
})

describe('errors', () => {
  test.concurrent.each([
    [['job', 'status', 'x\x1b[31m\ny']],
    [['history', '--since', 'x\x1b[31m\ny']],
    [['\x1b[31m\nfoo']],
    [['--\x1b[31m']],
    [['inspect', '/nowhere/\x1b[31m\x9b\n']],
    [['-f', '\x1b[31m\n', 'history']],
    [['--db', '/etc/passwd/\x1b[31m\nx.db', 'history']],
  ])('%j is told in one visible line', async (args) => {
    const { stdout, stderr, code } = await place.pvt(args)
    expect(stdout).toBe('')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^pvt: [^\n]+\n$/)
    expect(stderr).not.toMatch(hidden)
  })
})

test('names in files: folders, measurements and failed values', async () => {
  const name = 'bad\x1b[31m\nname'
  const folder = place.path(name)
  mkdirSync(folder)
  writeFileSync(`${folder}/config.cfg`, configText({ 'k\x1b[31mey': '\x9b1' }))
  const names = ['del\x1b[31m', 'temper', 'alter#']
  writeFileSync(`${folder}/sim_tx.mt0`, hspiceMeasureText({ names, rows: [['err\x9bor', 25, 1]] }))
  const created = await place.pvt(['job', 'create', '-d', folder])
  expect(created.code).toBe(0)
  expect(created.stderr).not.toMatch(hidden)
  expect(created.stderr).toMatch(/^(pvt: warning: .*config\.cfg:\d+: [^\n]+\n)+$/)
  const id = created.stdout.trim()
  const point = ['--corner', 'T\x1bT', '--temperature', '85', '--voltage', 'v1nom']
  const imported = await place.pvt(['results', 'import', '-j', id, `${folder}/sim_tx.mt0`, ...point])
  expect([0, 6]).toContain(imported.code)
  expect(imported.stdout + imported.stderr).not.toMatch(hidden)
  for (const words of [
    ['job', 'status', id],
    ['results', 'show', '-j', id],
    ['results', 'summary', '-j', id],
  ]) {
    for (const format of ['table', 'csv', 'json']) {
      expect((await place.pvt([...words, '-f', format])).stdout).not.toMatch(hidden)
    }
  }
  for (const file of ['sim_tx.mt0', 'config.cfg']) {
    const { stdout, stderr } = await place.pvt(['inspect', `${folder}/${file}`])
    expect(stdout + stderr).not.toMatch(hidden)
  }
})
