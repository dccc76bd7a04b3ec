import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'
import { missingPart, openSession, type Session, shells } from './shell-session.ts'

let place: Workplace
/** The job with results. */
let job = ''
/** A newer one, with odd tags. */
let odd = ''

beforeAll(async () => {
  place = openWorkplace()
  const domain = place.path('work', 'gpio')
  const { backupPath } = makeDomain(domain, { seed: 7 })
  await place.json(['results', 'import', backupPath, '--new'])
  const jobs = await place.json<{ job_id: string }[]>(['history'])
  job = jobs[0]!.job_id
  mkdirSync(place.path('work', 'a folder'))
  mkdirSync(place.path('work', 'odd'))
  odd = await place.create([
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

    test('after > files are completed', async () => {
      expect(await complete('pvt history --limit 3 > lim\t')).toEqual(['history', '--limit', '3'])
      expect(existsSync(place.path('work', 'lim'))).toBe(false)
    })

    test('what cannot be completed stays as it is, and nothing is said about it', async () => {
      expect(await complete('pvt job create --name xy\t')).toEqual(['job', 'create', '--name', 'xy'])
      expect(await complete('pvt nonsense --xy\t')).toEqual(['nonsense', '--xy'])
      expect(session.shown()).not.toMatch(/pvt:|rror|not found/)
    })
  })
}

const trySession = async (
  shell: (typeof shells)[number],
  options: Parameters<typeof openSession>[2],
  tests: (session: Session) => Promise<void>,
): Promise<void> => {
  const session = await openSession(shell, place, options)
  try {
    await tests(session)
  } finally {
    session.close()
  }
}

describe.skipIf(missingPart('bash') !== null)('bash', () => {
  test('completes within quotes that are open', () =>
    trySession('bash', {}, async ({ type }) => {
      expect(await type("pvt job create --tag 'it\t")).toEqual(['job', 'create', '--tag', "it's $HOME"])
      expect(await type('pvt job create --tag "it\t')).toEqual(['job', 'create', '--tag', "it's $HOME"])
      expect(await type("pvt job create --tag='it\t")).toEqual(['job', 'create', "--tag=it's $HOME"])
      expect(await type("pvt inspect 'a\tsim\t")).toEqual(['inspect', 'a folder/sim file.mt0'])
    }))

  test('completes an alias that is told to', () =>
    trySession('bash', { start: 'alias p=pvt\ncomplete -F _pvt p' }, async ({ type }) => {
      expect(await type('p resu\tmis\t')).toEqual(['results', 'missing'])
    }))

  test('inserts all jobs, the newest first where it can keep the order', () =>
    trySession('bash', {}, async ({ type }) => {
      const words = await type('pvt job status \x1b*')
      expect(words.slice(2).sort()).toEqual([job.slice(0, 8), odd.slice(0, 8), '@latest', '.'].sort())
    }))

  test('completes with nounset, and where = and : end no word', () =>
    trySession('bash', { start: 'set -u; COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]}' }, async ({ type }) => {
      expect(await type('pvt job create --tag=col:o\t')).toEqual(['job', 'create', '--tag=col:on'])
      expect(await type('pvt nonsense x\t')).toEqual(['nonsense', 'x'])
    }))
})

describe.skipIf(missingPart('zsh') !== null)('zsh', () => {
  test('finds the script in its fpath', () =>
    trySession('zsh', { file: 'functions/_pvt' }, async ({ type }) => {
      expect(await type('pvt resu\tmis\t')).toEqual(['results', 'missing'])
      expect(await type('pvt resu\tmis\t')).toEqual(['results', 'missing'])
    }))

  test('shows what a job is, sees through an alias, and hears an assignment', () =>
    trySession('zsh', { start: "alias p='pvt job'" }, async ({ type, shown }) => {
      await type('p status \t')
      expect(shown()).toMatch(new RegExp(`${job.slice(0, 8)} +-- gpio, completed, `))
      expect(await type('PVT_DB=none.db pvt history --domain gp\t')).toEqual(['history', '--domain', 'gp'])
      expect(await type('env=1 pvt history --domain gp\t')).toEqual(['history', '--domain', 'gpio'])
    }))

  test('completes within quotes that are open', () =>
    trySession('zsh', {}, async ({ type }) => {
      expect(await type("pvt job create --tag 'it\t")).toEqual(['job', 'create', '--tag', "it's $HOME"])
      expect(await type('pvt job create --tag "it\t')).toEqual(['job', 'create', '--tag', "it's $HOME"])
    }))
})

describe.skipIf(missingPart('fish') !== null)('fish', () => {
  test('finds the script in its folder, sees through an alias, and hears an assignment', () =>
    trySession(
      'fish',
      { file: '.config/fish/completions/pvt.fish', start: "alias p='pvt results'" },
      async ({ type }) => {
        expect(await type('pvt resu\tmis\t')).toEqual(['results', 'missing'])
        expect(await type('p mis\t')).toEqual(['results', 'missing'])
        expect(await type('PVT_DB=none.db pvt history --domain gp\t')).toEqual(['history', '--domain', 'gp'])
      },
    ))

  test('answers complete -C with what a job is', async () => {
    const { stdout, stderr } = await place.sh(
      `pvt completion fish > script.fish; fish --no-config -c 'source script.fish; complete -C "pvt job status "'`,
    )
    expect(stderr).toBe('')
    expect(stdout).toMatch(
      new RegExp(`^${odd.slice(0, 8)}\\todd, queued, .*\n${job.slice(0, 8)}\\tgpio, completed, `),
    )
    expect(stdout).not.toContain('folder/')
  })

  test('completes within quotes that are open', () =>
    trySession('fish', {}, async ({ type }) => {
      expect(await type("pvt job create --tag 'it\t")).toEqual(['job', 'create', '--tag', "it's $HOME"])
    }))
})

describe.skipIf(missingPart('tcsh') !== null)('tcsh', () => {
  test('lists what there is', () =>
    trySession('tcsh', {}, async ({ type, shown }) => {
      await type('pvt stage \x04\x04\t')
      expect(shown()).toMatch(/done +fail +help +list +start/)
    }))
})
