import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { dumpDatabase } from './dump-database.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain

beforeAll(() => {
  place = openWorkplace()
  domain = makeDomain(place.path('domain'))
})

afterAll(() => {
  place.remove()
})

/** A backup folder with nothing but this creport.txt, beside the config.cfg of the domain. */
function backupOf(name: string, creport: string | Buffer): string {
  const folder = place.path(name, '00bkp_202601151030')
  mkdirSync(`${folder}/report`, { recursive: true })
  writeFileSync(place.path(name, 'config.cfg'), domain.configText)
  writeFileSync(`${folder}/report/creport.txt`, creport)
  return folder
}

const creport = (): string => readFileSync(domain.creportPath, 'utf8')

/** creport.txt as a copy leaves it that ran out of disk: the last line ends in the middle of its fourth value. */
function cutCreport(): string {
  const text = creport()
  const last = text.trimEnd().split('\n').at(-1)!
  const end = text.lastIndexOf(last) + last.split('\t').slice(0, 9).join('\t').length
  return text.slice(0, end - 7)
}

interface Report {
  job_id: string
  points: number
  results_new: number
  problems: { file: string; line: number; message: string; level: string }[]
}

describe('a creport.txt that is cut in the middle of a line', () => {
  test('what is whole is stored, the cut line is named with file and line, exit code 6', async () => {
    const folder = backupOf('cut', cutCreport())
    const answer = await place.pvt(['results', 'import', '--new', folder, '--json'])
    expect(answer.code).toBe(6)
    const report = JSON.parse(answer.stdout) as Report
    expect(report).toMatchObject({ points: 91, results_new: 91, missing_points: 1 })
    expect(report.problems).toHaveLength(1)
    expect(report.problems[0]).toMatchObject({
      file: `${folder}/report/creport.txt`,
      line: 102,
      level: 'error',
    })
    expect(answer.stderr).toMatch(/^pvt: \/.*creport\.txt:102: [^\n]+\n$/)
    const rows = await place.json<{ point: string }[]>(['results', 'show', '-j', report.job_id])
    // The last row of the flow is TT 100: no half of a number of it may be taken for a value.
    expect(rows.map((row) => row.point)).not.toContain('TT/typical/100/v1nom_v2nom')
  })

  test('with --strict nothing is stored, not even the job', async () => {
    const folder = backupOf('cut-strict', cutCreport())
    await place.pvt(['history'])
    const before = dumpDatabase(place.db)
    const answer = await place.pvt(['results', 'import', '--new', '--strict', folder])
    expectFailure(answer, 6, /creport\.txt:102: .*: nothing was stored/)
    expect(dumpDatabase(place.db)).toEqual(before)
  })
})

describe('files that hold nothing to read are exit code 6, and store nothing', () => {
  const binary = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01\0\0\0'), Buffer.alloc(4000, 0xff)])
  const cases: [string, string | Buffer, RegExp][] = [
    ['an empty creport.txt', '', /creport\.txt: not a creport/],
    ['binary garbage', binary, /creport\.txt: not text/],
    ['UTF-16', Buffer.from('\ufeffprocess\textract\ttemp\n', 'utf16le'), /creport\.txt: .*UTF-16|not text/],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
      /creport\.txt/,
    ],
    ['text of another kind', 'To be, or not to be\n', /creport\.txt/],
  ]

  test.each(cases)('%s', async (name, bytes, message) => {
    const folder = backupOf(name.replaceAll(/\W/g, '-'), bytes)
    await place.pvt(['history'])
    const before = dumpDatabase(place.db)
    expectFailure(await place.pvt(['results', 'import', '--new', folder]), 6, message)
    expect(dumpDatabase(place.db)).toEqual(before)
    expect((await place.pvt(['inspect', `${folder}/report/creport.txt`])).code).toBe(6)
    expect((await place.pvt(['inspect', folder])).code).toBe(6)
  })

  test.each([
    ['an empty measure file', ''],
    ['a measure file of a head alone', "$DATA1 SOURCE='HSPICE' VERSION='X'\n.TITLE 'x'\n"],
    ['a measure file of garbage', binary],
  ])('%s', async (_, bytes) => {
    const id = await place.create(['-d', domain.folder])
    const file = place.path('sim_tx.mt0')
    writeFileSync(file, bytes)
    const named = ['--corner', 'TT', '--temperature', '85', '--voltage', 'v1nom']
    const answer = await place.pvt(['results', 'import', '-j', id, file, ...named])
    expectFailure(answer, 6, /sim_tx\.mt0/)
    expect(await place.json(['results', 'show', '-j', id])).toEqual([])
  })

  test('a backup folder without reports', async () => {
    mkdirSync(place.path('bare/00bkp_202601151030/tb_bkp'), { recursive: true })
    const folder = place.path('bare/00bkp_202601151030')
    expectFailure(await place.pvt(['results', 'import', '--new', folder]), 6, /has no report\/creport\.txt/)
    expectFailure(await place.pvt(['inspect', folder]), 6, /has no report\/creport\.txt/)
  })

  test.each([
    ['empty', ''],
    ['binary', Buffer.from([0, 1, 2, 3, 255])],
    ['text without a key', 'hello\nworld:1\n'],
  ])('a config.cfg that is %s', async (name, bytes) => {
    const folder = place.path(`config-${name.replaceAll(' ', '-')}`)
    mkdirSync(folder)
    writeFileSync(`${folder}/config.cfg`, bytes)
    const before = await place.json<unknown[]>(['history'])
    expectFailure(await place.pvt(['job', 'create', '-d', folder]), 6, /config\.cfg/)
    expect(await place.json(['history'])).toHaveLength(before.length)
  })
})

describe('one bad file among good ones', () => {
  test('a report of garbage: creport.txt still has the point; the file is named, exit code 6', async () => {
    const other = makeDomain(place.path('one-bad'), { stamp: '202602010000' })
    const bad = other.reportPaths.get('TT/typical/m40/v1min_v2min')!
    writeFileSync(bad, Buffer.from([0, 1, 2, 3]))
    const answer = await place.pvt(['results', 'import', '--new', other.backupPath, '--json'])
    expect(answer.code).toBe(6)
    const report = JSON.parse(answer.stdout) as Report
    expect(report).toMatchObject({ points: 92, missing_points: 0 })
    expect(report.problems).toMatchObject([{ file: bad, level: 'error' }])
    expectFailure(await place.pvt(['results', 'import', '--strict', '--new', other.backupPath]), 6, bad)
  })

  test('CRLF reports are read as any others', async () => {
    const other = makeDomain(place.path('crlf'), { crlf: true, stamp: '202602010000' })
    const report = await place.json<Report>(['results', 'import', '--new', other.backupPath])
    expect(report).toMatchObject({ points: 92, failed_measurements: 0, problems: [] })
  })

  test('names missing in the header of creport.txt come from a report', async () => {
    const other = makeDomain(place.path('nameless'), { headerWithoutNames: true, stamp: '202602010000' })
    const { points, ...report } = await place.json<Report>(['results', 'import', '--new', other.backupPath])
    expect({ points, found: report.problems.filter(({ level }) => level === 'error') }).toEqual({
      ...{ points: 92, found: [] },
    })
  })

  test.concurrent.each(['error', 'failed', '', 'nan', 'inf', '12abc', '0x10'])(
    'a value %j is null, counted as failed, and never as a pass',
    async (text) => {
      const stamp = '202602010000'
      const point = 'TT/typical/m40/v1min_v2min'
      const folder = place.path(`value-${text}`)
      const other = makeDomain(folder, { stamp, failedMeasurements: [{ point, name: 'del_ff', text }] })
      const report = await place.json<Report>(['results', 'import', '--new', other.backupPath])
      expect(report).toMatchObject({ points: 92, failed_measurements: 1 })
      const shown = ['results', 'show', '-j', report.job_id, '--failed']
      const rows = await place.json(shown)
      expect(rows).toMatchObject([{ point, status: 'failed', failed: { del_ff: text } }])
      expect(rows).toHaveProperty('0.measurements.del_ff', null)
    },
  )
})

test('what is no file is told at once, and never waited for', async () => {
  const id = await place.create(['-d', domain.folder])
  execFileSync('mkfifo', [place.path('fifo.mt0')])
  for (const path of [place.path('fifo.mt0'), '/dev/zero', '/dev/null']) {
    expectFailure(await place.pvt(['inspect', path]), 6, /not a regular file/)
    expect((await place.pvt(['results', 'import', '-j', id, path])).code).toBe(6)
  }
})

test('a loop of symbolic links is no endless walk', async () => {
  const other = makeDomain(place.path('looped'), { stamp: '202603010000' })
  await place.sh(`ln -s . ${other.backupPath}/loop; ln -s ${other.folder} ${other.backupPath}/report/up`)
  expect(await place.json(['results', 'import', '--new', other.backupPath])).toMatchObject({ points: 92 })
  await place.sh(`ln -s a ${place.path('b')}; ln -s b ${place.path('a')}`)
  expect((await place.pvt(['inspect', place.path('a')])).code).not.toBe(0)
})

describe('names that are not UTF-8', () => {
  const strange = (...before: string[]): Buffer =>
    Buffer.concat([Buffer.from(`${before.join('/')}/b`), Buffer.from([0xff])])

  test('of files and folders are named as what they are, and the others are read', async () => {
    const domain = place.path('strange')
    makeDomain(domain)
    const folder = join(domain, 'TT/typical/typical_85/v1nom')
    mkdirSync(folder, { recursive: true })
    const text = "$DATA1 SOURCE='PrimeSim' VERSION='W'\n.TITLE '* x'\n del_rr alter#\n 1 1\n"
    writeFileSync(join(folder, 'sim_tx.mt0'), text)
    writeFileSync(Buffer.concat([strange(folder), Buffer.from('.mt0')]), text)
    const id = await place.create([], { cwd: place.folder })
    const answer = await place.pvt(['results', 'import', domain, '-j', id])
    expect(answer.code).toBe(6)
    expect(answer.stdout).toMatch(/imported \d+ point/)
    expect(answer.stderr).toMatch(/b\ufffd\.mt0: the name is not UTF-8, and cannot be opened/)
    mkdirSync(strange(domain))
    const all = await place.pvt(['results', 'import', '--recursive', domain])
    expect(all.code).toBe(6)
    expect(all.stderr).toMatch(/strange\/b\ufffd: the name is not UTF-8/)
  })

  test('of a database are refused: it would be another file', async () => {
    const answer = await place.sh("PVT_DB=$PWD/$(printf 'x\\377').db pvt job create")
    expectFailure(answer, 2, /is not the name of a database file/)
  })
})

describe('an empty path, as the shell makes it of a variable that is not set, is not the current folder', () => {
  test.each([
    ['[file or folder]', ['backup', '']],
    ['[path]', ['results', 'import', '']],
    ['[path]', ['results', 'verify', '']],
    ['[file]', ['restore', '', '--yes']],
    ['-d, --domain <dir>', ['job', 'create', '-d', '']],
    ['--backup <dir>', ['stage', 'done', 'bkp', '--backup=']],
    ['-o, --output <file>', ['results', 'export', '-o', '']],
  ])('%s', async (what, words) => {
    const answer = await place.pvt(words)
    expectFailure(answer, 2, `pvt: ${what} is empty: perhaps a variable of the shell is not set\n`)
  })
})
