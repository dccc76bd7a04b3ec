import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'
import { missingPart, openSession, type Session, shells } from './shell-session.ts'

let place: Workplace
/** The job with results. */
let job: string

beforeAll(async () => {
  place = openWorkplace()
  const domain = place.path('work', 'gpio')
  const { backupPath } = makeDomain(domain, { seed: 7 })
  await place.json(['results', 'import', backupPath, '--new'])
  const jobs = await place.json<{ job_id: string }[]>(['history'])
  job = jobs[0]!.job_id
  mkdirSync(place.path('work', 'a folder'))
  mkdirSync(place.path('work', 'odd'))
  await place.create([
    '-d',
    place.path('work', 'odd'),
    '--tag',
    "it's $HOME",
    '--tag',
    'col:on',
    '--tag',
    'a*b',
  ])
  writeFileSync(place.path('work', 'a folder', 'sim file.mt0'), '')
  writeFileSync(place.path('work', 'limits.csv'), '')
})

afterAll(() => {
  place.remove()
})

for (const shell of shells) {
  const missing = missingPart(shell)
  if (missing !== null) test(`completion in ${shell} was not tried: there is no ${missing}`, () => {})

  describe.skipIf(missing !== null)(`in ${shell}`, () => {
    let session: Session
    const complete = (keys: string): Promise<string[]> => session.type(keys)

    beforeAll(async () => {
      session = await openSession(shell, place)
    }, 60_000)
    afterAll(() => {
      session.close()
    })

    test('groups, commands and options are completed', async () => {
      expect(await complete('pvt resu\tsho\t--fai\t')).toEqual(['results', 'show', '--failed'])
      expect(await complete('pvt --q\tdb stat\t')).toEqual(['--quiet', 'db', 'status'])
    })

    test('the values that an option can have are completed', async () => {
      expect(await complete('pvt job log --level warn\t')).toEqual(['job', 'log', '--level', 'warning'])
      expect(await complete('pvt history --status=canc\t')).toEqual(['history', '--status=cancelled'])
      expect(await complete('pvt stage done bk\t')).toEqual(['stage', 'done', 'bkp'])
    })

    test('a job is completed by the beginning of its id, and by its other names', async () => {
      expect(await complete(`pvt job status ${job.slice(0, 5)}\t`)).toEqual([
        'job',
        'status',
        job.slice(0, 8),
      ])
      expect(await complete('pvt stage list -j @la\t')).toEqual(['stage', 'list', '-j', '@latest'])
    })

    test('measurements of the job on the line are completed', async () => {
      const words = ['results', 'show', '-j', job, '--measure', 'del_rr']
      expect(await complete(`pvt results show -j ${job} --measure del_r\t`)).toEqual(words)
    })

    test('domains are completed by name', async () => {
      expect(await complete('pvt history --domain gp\t')).toEqual(['history', '--domain', 'gpio'])
    })

    test.skipIf(shell === 'tcsh')('a value with quotes, blanks and dollars arrives as it is', async () => {
      expect(await complete('pvt job create --tag it\t')).toEqual(['job', 'create', '--tag', "it's $HOME"])
    })

    test('a value with a glob or a colon arrives as it is', async () => {
      expect(await complete('pvt job create --tag a\t')).toEqual(['job', 'create', '--tag', 'a*b'])
      expect(await complete('pvt job create --tag col\t')).toEqual(['job', 'create', '--tag', 'col:on'])
      expect(await complete('pvt job create --tag col:\t')).toEqual(['job', 'create', '--tag', 'col:on'])
      expect(await complete('pvt job create --tag=col:o\t')).toEqual(['job', 'create', '--tag=col:on'])
    })

    test("files are the shell's own", async () => {
      expect(await complete('pvt inspect lim\t')).toEqual(['inspect', 'limits.csv'])
      expect(await complete('pvt inspect a\tsim\t')).toEqual(['inspect', 'a folder/sim file.mt0'])
      expect(await complete('pvt job create --config=lim\t')).toEqual([
        'job',
        'create',
        '--config=limits.csv',
      ])
      // zsh takes the slash away again.
      const [, , , folder] = await complete('pvt job create -d a\t')
      expect(folder).toMatch(/^a folder\/?$/)
    })

    test('the database that --db names is asked', async () => {
      const words = ['--db', join('nowhere', 'x.db'), 'history', '--domain', 'gp']
      expect(await complete('pvt --db nowhere/x.db history --domain gp\t')).toEqual(words)
    })

    test('a path to the program is as good as its name', async () => {
      expect(await complete('~/bin/pvt resu\t')).toEqual(['results'])
      expect(await complete('~/bin/pvt.cjs resu\t')).toEqual(['results'])
    })
  })
}
