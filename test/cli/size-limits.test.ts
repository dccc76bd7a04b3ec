import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bounded, longest } from '../../src/domain/size-limits.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
})

afterAll(() => {
  place.remove()
})

const text = (length: number): string => 'x'.repeat(length)

describe('what a job keeps of a text has a limit', () => {
  test.each([
    ['a name', ['--name', text(256)], 'the name has 256 characters: at most 255 are kept'],
    ['a tag', ['--tag', text(256)], 'a tag has 256 characters: at most 255 are kept'],
    ['a description', ['--description', text(65_537)], 'the description has 65537 characters'],
    ['a user', ['--user', text(256)], 'the user has 256 characters: at most 255 are kept'],
    ['a setting', ['--set', `simulator=${text(1025)}`], "--set 'simulator' has 1025 characters"],
    ['a setting of corners', ['--set', `postlay_custom_corners=${text(1025)}`], 'has 1025 characters'],
    ['a setting without a key', ['--set', text(2_000)], "--set 'xxx"],
    ['tags', Array.from({ length: 101 }, (_, n) => ['--tag', `t${n}`]).flat(), 'there are 101 tags'],
  ])('%s that is longer is refused, and no job is made', async (_, words, message) => {
    const answer = await place.pvt(['job', 'create', ...words])
    expect(answer).toMatchObject({ code: 2, stdout: '' })
    expect(answer.stderr).toContain(message)
    expect(await place.json(['history'])).toEqual([])
  })

  test('a config.cfg of more than 1 MiB is none', async () => {
    const path = place.path('config.cfg')
    writeFileSync(path, `mode:prelay\n${text(1_048_576)}\n`)
    const answer = await place.pvt(['job', 'create', '-c', path])
    expect(answer.code).toBe(6)
    expect(answer.stderr).toContain('a config.cfg at most 1048576')
  })

  test('a user name of the environment that is longer is none', async () => {
    const answer = await place.pvt(['job', 'create'], { env: { USER: text(256) } })
    expect(answer).toMatchObject({ code: 2, stdout: '' })
    expect(answer.stderr).toContain('the user has 256 characters')
  })

  test('a limits file of more than 16 MiB is none, nor a waiver of a text beyond all measure', async () => {
    const path = place.path('limits.csv')
    writeFileSync(path, `measurement,max\ndel_rr,1\n#${text(16_777_216)}\n`)
    const answer = await place.pvt(['limits', 'set', path, '--domain', place.folder])
    expect(answer.code).toBe(6)
    expect(answer.stderr).toContain('a limits file at most 16777216')
    for (const [measurement, reason, point] of [
      [text(513), 'why', '*'],
      ['del_rr', text(65_537), '*'],
      ['del_rr', 'why', text(1025)],
    ] as const) {
      const words = ['limits', 'waive', measurement, '--reason', reason, '--point', point]
      const waived = await place.pvt([...words, '--until', '2099-12-31', '--domain', place.folder])
      expect(waived).toMatchObject({ code: 2, stdout: '' })
      expect(waived.stderr).toMatch(/has \d+ characters: at most/)
    }
  })

  test('a file of the spool that is too large is put aside unread', async () => {
    const env = { PVT_SPOOL: place.path('spool') }
    mkdirSync(env.PVT_SPOOL, { mode: 0o700 })
    writeFileSync(place.path('spool', 'large.change'), '')
    truncateSync(place.path('spool', 'large.change'), 3_000_000_000)
    const created = await place.pvt(['job', 'create'], { env })
    expect(created.code).toBe(0)
    expect(created.stderr).toMatch(/was refused and is put aside: it has 3000000000 bytes, a change at most/)
    await place.pvt(['job', 'delete', created.stdout.trim(), '--yes'], { env })
  })

  test('a message that is longer is stored with its beginning and its end: a mark never fails for it', async () => {
    const id = await place.create()
    const message = `begin${text(100_000)}end`
    expect((await place.pvt(['stage', 'fail', 'run', '-j', id, '--error', message])).code).toBe(0)
    const { error_message } = await place.json<{ error_message: string }>(['job', 'status', id])
    expect(error_message.length).toBeLessThanOrEqual(longest.message)
    expect(error_message).toMatch(/^beginx+\n\u2026 \d+ characters left out \u2026\nx+end$/)
    expect((await place.pvt(['job', 'note', id, message])).code).toBe(0)
    const log = await place.json<{ message: string }[]>(['job', 'log', id])
    for (const entry of log) expect(entry.message.length).toBeLessThanOrEqual(longest.message)
  })

  test('what is as long as it may be stays as it is', () => {
    expect(bounded(text(longest.message))).toBe(text(longest.message))
    expect(bounded(text(longest.message + 1)).length).toBeLessThanOrEqual(longest.message)
  })
})

describe.each(eachEngine)('measurements on $name', ({ make }) => {
  let fresh: FreshDatabase
  let here: Workplace
  beforeAll(async () => {
    fresh = await make()
    here = openWorkplace(fresh.location.engine === 'sqlite' ? fresh.location.path : fresh.location.url)
    await here.pvt(['db', 'migrate'])
  })
  afterAll(async () => {
    here.remove()
    await fresh.drop()
  })
  const point = ['--corner', 'TT', '--temperature', '85', '--voltage', 'v1nom']
  const write = (name: string, names: string, values: string): string => {
    const path = here.path(name)
    writeFileSync(
      path,
      `$DATA1 SOURCE='PrimeSim' VERSION='W'\n.TITLE '* x'\n ${names} alter#\n ${values} 1\n`,
    )
    return path
  }
  /** Letters that an index cannot pack. */
  const random = (length: number): string =>
    Array.from({ length }, (_, at) => String.fromCharCode(97 + ((at * at * 7 + at * 31) % 26))).join('')

  test('with a name beyond all measure are not read, and the file is named; the longest one is', async () => {
    const id = await here.create()
    const imported = (path: string) => here.pvt(['results', 'import', path, '-j', id, ...point])
    const refused = await imported(write('long.mt0', random(513), '1'))
    expect(refused.code).toBe(6)
    expect(refused.stderr).toMatch(
      /long\.mt0: the name '.*\u2026' has 513 characters, that of a measurement at most 512/,
    )
    const taken = await imported(write('most.mt0', random(512), '1'))
    expect(taken.code, taken.stderr).toBe(0)
    const report = here.path('report_TT_typical_85_v1nom.txt')
    writeFileSync(report, `${random(600)}\n1\n`)
    expect((await here.pvt(['results', 'import', report, '-j', id])).code).toBe(6)
  })

  test('as many as 1,000 in 1,000 rows go in, and come out', async () => {
    const id = await here.create()
    const names = Array.from({ length: 1000 }, (_, number) => `m${number}`)
    const rows = names.map((_, row) => `${names.map((__, at) => `${row}.${at}e-12`).join(' ')} ${row}`)
    const path = write('wide.mt0', names.join(' '), rows.join('\n').slice(0, -' 999'.length))
    writeFileSync(path, readFileSync(path, 'utf8').replace(/ 1\n$/, ' 999\n'))
    const imported = await here.pvt(['results', 'import', path, '-j', id, ...point])
    expect(imported.code, imported.stderr).toBe(0)
    const { stdout } = await here.sh(`pvt results show -j ${id} -f ndjson | wc -l`)
    expect(stdout.trim()).toBe('1000')
    const [row] = await here.json<{ measurements: object }[]>(['results', 'show', '-j', id, '--limit', '1'])
    expect(Object.keys(row!.measurements)).toHaveLength(1000)
  })
})
