import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/**
 * The commands that scripts and shells call all the time read one part of the program, dist/cli.cjs; the other part
 * takes as long again. A test without a clock: what a call has read.
 */
let place: Workplace
let job: string
const report = 'report_TT_typical_25_v1nom.txt'

beforeAll(async () => {
  place = openWorkplace()
  job = await place.create(['--set', 'mode=prelay'])
  const spy = [
    `const fs = require('node:fs'), { readFileSync } = fs, read = []`,
    `fs.readFileSync = (path, ...rest) => (read.push(String(path)), readFileSync(path, ...rest))`,
    `process.on('exit', () => fs.writeSync(2, read.filter((path) => /dist.*cjs$/.test(path)).join('\\n')))`,
  ]
  writeFileSync(place.path('spy.cjs'), spy.join('\n'))
  writeFileSync(place.path(report), 'delay\ttemper\talter#\n1e-12\t25\t1\n')
})

afterAll(() => {
  place.remove()
})

async function partsOf(words: string): Promise<string[]> {
  const { stderr, code } = await place.pvt(words.split(' '), {
    env: { NODE_OPTIONS: `--require ${place.path('spy.cjs')}`, PVT_JOB: job },
  })
  expect(code, stderr).toBe(0)
  return stderr
    .split('\n')
    .filter((line) => line.endsWith('.cjs'))
    .map((path) => path.replace(/.*\//, ''))
}

describe('one part of the program is enough', () => {
  test.each([
    ...[
      'stage start run',
      'stage done run',
      '-f json --quiet stage done run',
      'job create --set mode=prelay',
      'history',
      'history --json',
    ],
    ...['job status', 'job log', 'job note . seen', 'stage list'],
  ])('pvt %s', async (words) => {
    expect(await partsOf(words)).toEqual(['cli.cjs'])
  })

  test.each([
    ['pvt job status ', () => job.slice(0, 8)],
    ['pvt ', () => 'results'],
    [`pvt --quiet -f json job status `, () => job.slice(0, 8)],
    ['X=1 pvt --format json sta', () => 'ge'],
    ['pvt results s', () => 'ensitivity'],
  ])('to complete %j', async (line, candidate) => {
    const { stdout, stderr } = await place.pvt(['__complete', 'bash', line], {
      env: { NODE_OPTIONS: `--require ${place.path('spy.cjs')}` },
    })
    expect(stdout).toContain(candidate())
    expect(stderr).toMatch(/^\S+\/cli\.cjs$/)
  })
})

test.each([
  [`results import --dry-run ../${report}`, ['cli.cjs', 'late-import.cjs']],
  ...['results summary', 'stats', 'help', 'job --help'].map((words): [string, string[]] => [
    words,
    ['cli.cjs', 'late.cjs', 'late-import.cjs'],
  ]),
])('pvt %s takes others, too', async (words, parts) => {
  expect(await partsOf(words)).toEqual(parts)
})
