import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { type Conditions, openWorkplace, type Workplace } from './run-pvt.ts'

/** What fish would be answered for a line: the values, without their descriptions. It must always go well. */
async function candidates(place: Workplace, line: string, given: Conditions = {}): Promise<string[]> {
  const { stdout, stderr, code } = await place.pvt(['__complete', 'fish', line], given)
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return stdout
    .split('\n')
    .slice(1, -1)
    .map((text) => text.split('\t')[0]!)
}

describe.each(eachEngine)('completion on $name', ({ make }) => {
  let fresh: FreshDatabase
  let place: Workplace
  /** The job of the domain gpio, with results; a newer one of ddr, without. */
  let gpio: string
  let ddr: string
  const ask = (line: string, given?: Conditions): Promise<string[]> => candidates(place, line, given)

  beforeAll(async () => {
    fresh = await make()
    const { location } = fresh
    place = openWorkplace(location.engine === 'sqlite' ? location.path : location.url)
    const { backupPath } = makeDomain(place.path('work', 'gpio'), { seed: 7 })
    await place.json(['results', 'import', backupPath, '--new'])
    gpio = (await place.json<{ job_id: string }[]>(['history']))[0]!.job_id
    mkdirSync(place.path('work', 'ddr'))
    ddr = await place.create([
      '-d',
      'ddr',
      '--user',
      'eva',
      '--tag',
      'two words',
      '--name',
      'bad\x1b[31m\tname',
    ])
  })
  afterAll(async () => {
    place.remove()
    await fresh.drop()
  })

  test('gives jobs with what they are, the newest first, then the names for a job', async () => {
    const { stdout } = await place.pvt(['__complete', 'fish', 'pvt job status '])
    const [header, first, second, ...rest] = stdout.split('\n')
    expect(header).toBe('values')
    expect(first).toMatch(new RegExp(`^${ddr.slice(0, 8)}\tbad\\\\x1b\\[31m\\\\tname, queued, \\d{4}-`))
    expect(second).toMatch(new RegExp(`^${gpio.slice(0, 8)}\tgpio, completed, `))
    expect(rest).toEqual(['@latest\tyour newest job', '.\tthe newest job of this folder or one above it', ''])
  })

  test('gives the whole id once more than its beginning is typed', async () => {
    expect(await ask(`pvt job status ${gpio.slice(0, 10)}`)).toEqual([gpio])
    expect(await ask('pvt job status zzz')).toEqual([])
  })

  test.each<[what: string, line: () => string, folder?: string]>([
    ['the measurements of the job on the line', () => `pvt results show -j ${gpio} --measure del_r`],
    ['of the job of this folder', () => 'pvt results show --measure ', 'gpio'],
    ['of the newest job that has any, where no job is known', () => 'pvt results show --measure '],
  ])('gives %s', async (_, line, folder = '.') => {
    expect(await ask(line(), { cwd: place.path('work', folder) })).toContain('del_rr')
  })

  test('gives no measurements of another job when the one on the line has none, or is not there', async () => {
    expect(await ask(`pvt results show -j ${ddr} --measure `)).toEqual([])
    expect(await ask('pvt results show -j 00000000 --measure ')).toEqual([])
    expect(await ask('pvt results show --measure ', { env: { PVT_JOB: ddr } })).toEqual([])
  })

  test('gives points and their parts, users, tags and domains', async () => {
    expect(await ask(`pvt results show -j ${gpio} --point `)).toContain('SSG/typical/m40/v1min_v2min')
    expect(await ask(`pvt results show -j ${gpio} --corner `)).toEqual(expect.arrayContaining(['TT', 'SSG']))
    expect(await ask(`pvt results show -j ${gpio} --temperature `)).toEqual(
      expect.arrayContaining(['m40', '125']),
    )
    expect(await ask('pvt history --user ')).toEqual(['ada', 'eva'])
    expect(await ask('pvt job create --tag ')).toEqual(['two words'])
    expect(await ask('pvt history --domain ')).toEqual(['ddr', 'gpio'])
    expect(await ask('pvt history --domain /')).toEqual([
      place.path('work', 'ddr'),
      place.path('work', 'gpio'),
    ])
  })

  test('asks the database that the line names', async () => {
    const other = { env: { PVT_DB: place.path('none.db') } }
    expect(await ask('pvt history --user ', other)).toEqual([])
    expect(await ask(`pvt history --db '${place.db}' --user `, other)).toEqual(['ada', 'eva'])
    expect(await ask(`pvt --db=$HERE history --user `, { env: { ...other.env, HERE: place.db } })).toEqual([
      'ada',
      'eva',
    ])
    expect(await ask(`PVT_DB='${place.db}' pvt history --user `, other)).toEqual(['ada', 'eva'])
    expect(existsSync(place.path('none.db'))).toBe(false)
  })
})

describe('completion without a database', () => {
  let place: Workplace
  const ask = (line: string, given?: Conditions): Promise<string[]> => candidates(place, line, given)
  beforeAll(() => {
    place = openWorkplace()
  })
  afterAll(() => {
    place.remove()
  })

  test.each([
    ['groups and single commands', 'pvt ', ['job', 'results', 'history', 'completion', 'help']],
    ['the commands of a group', 'pvt stage ', ['start', 'done', 'fail', 'list']],
    ['of the help', 'pvt help results ', ['import', 'show']],
    ['of the help of a group', 'pvt results help ', ['import', 'show']],
    [
      'options, short ones too, and those of all commands',
      'pvt results show -',
      ['--measure', '-j', '--json', '--db', '-h'],
    ],
    ['choices', 'pvt completion ', ['bash', 'zsh', 'fish', 'tcsh']],
    ['choices after an equals sign', 'pvt job log --level=', ['--level=debug', '--level=error']],
    ['choices after a letter', 'pvt -fj', ['-fjson']],
    ['choices after letters', 'pvt -qf ', ['json', 'csv']],
    ['states', 'pvt job status . ', ['running', 'failed']],
    ['stages', 'pvt stage done ', ['gen', 'bkp']],
    ['the next of a list', 'pvt job create --stages gen,run,', ['gen,run,ext']],
    ['keys of the configuration, and their values', 'pvt job create --set ', ['mode=']],
    ['values of the configuration', 'pvt job create --set mode=', ['mode=prelay', 'mode=polo']],
    ['--format rerun where it is known', 'pvt results missing -f ', ['table', 'rerun']],
    ['two of the three names of a job', 'pvt job log ', ['@latest', '.']],
    ['a job to wait for', 'pvt job create --after ', ['@latest', '.']],
    ['the jobs to wait for', 'pvt job after 3f2a 77c0 ', ['@latest', '.']],
  ])('gives %s', async (_, line, expected) => {
    expect(await ask(line)).toEqual(expect.arrayContaining(expected))
  })

  test.each([
    ['no options after --', 'pvt job note -- -'],
    ['nothing for free text', 'pvt job create --name '],
    ['nothing after the last argument', 'pvt inspect a '],
    ['nothing for an unknown command', 'pvt nonsense '],
    ['nothing but files after >', 'pvt history > '],
  ])('gives %s', async (_, line) => {
    expect(await ask(line)).toEqual([])
  })

  test('does not give itself, nor formats where they are not known', async () => {
    expect(await ask('pvt __')).not.toContain('__complete')
    expect((await place.pvt(['--help'])).stdout).not.toContain('__complete')
    expect(await ask('pvt history -f ')).not.toContain('rerun')
  })

  test('leaves files and folders to the shell', async () => {
    const header = async (line: string): Promise<string> =>
      (await place.pvt(['__complete', 'zsh', line])).stdout.split('\n')[0]!
    expect(await header('pvt inspect ')).toBe('files')
    expect(await header('pvt results import ')).toBe('files')
    expect(await header('pvt --db ')).toBe('files')
    expect(await header('pvt backup ')).toBe('files')
    expect(await header('pvt backup list ')).toBe('folders')
    expect(await header('pvt job create --domain=')).toBe('folders')
    expect(await header('pvt history >')).toBe('values')
    expect(await header('pvt history > ')).toBe('files')
    expect(await header('pvt job create --set ')).toBe('values nospace')
  })

  const live = 'pvt history --user '

  test('makes no database and no folder', async () => {
    const env = { PVT_DB: undefined, XDG_DATA_HOME: place.path('data') }
    expect(await ask(live, { env })).toEqual([])
    expect(await ask('pvt job status ', { env })).toEqual(['@latest', '.'])
    expect(existsSync(place.path('data'))).toBe(false)
  })

  test('is silent about a PVT_DB that is empty or no database, and leaves the file as it is', async () => {
    expect(await ask(live, { env: { PVT_DB: '' } })).toEqual([])
    expect(await ask('pvt stage done ', { env: { PVT_DB: '' } })).toContain('gen')
    for (const [name, content] of [
      ['text.db', 'no database'],
      ['empty.db', ''],
    ] as const) {
      writeFileSync(place.path(name), content)
      expect(await ask(live, { env: { PVT_DB: place.path(name) } })).toEqual([])
      expect(readFileSync(place.path(name), 'utf8')).toBe(content)
    }
    expect(await ask(live, { env: { PVT_DB: place.folder } })).toEqual([])
    expect(await ask(live, { env: { PVT_DB: 'mysql://x/y' } })).toEqual([])
  })

  test('does not migrate an older database, and asks it none the less', async () => {
    const path = place.path('older.db')
    await place.create([], { env: { PVT_DB: path } })
    const raw = new Sqlite(path)
    const version = raw.pragma('user_version', { simple: true }) as number
    raw.pragma(`user_version = ${version - 1}`)
    raw.close()
    const before = readdirSync(place.folder)
    expect(await ask(live, { env: { PVT_DB: path } })).toEqual(['ada'])
    expect(readdirSync(place.folder)).toEqual(before)
    const after = new Sqlite(path, { readonly: true })
    expect(after.pragma('user_version', { simple: true })).toBe(version - 1)
    after.close()
  })

  test('does without a database that is locked', async () => {
    const path = place.path('locked.db')
    await place.create([], { env: { PVT_DB: path } })
    const raw = new Sqlite(path)
    raw.pragma('journal_mode = delete')
    raw.exec('begin exclusive')
    // Other commands wait half a minute, which is beyond the limit of this test.
    expect(await ask(live, { env: { PVT_DB: path } })).toEqual([])
    raw.exec('rollback')
    raw.close()
    expect(await ask(live, { env: { PVT_DB: path } })).toEqual(['ada'])
  }, 20_000)

  test('does without a server that refuses, is not known, or does not answer', async () => {
    const silent = await listen()
    const { port } = silent.address() as { port: number }
    for (const url of [
      'postgres://127.0.0.1:1/pvt',
      'postgres://no-such-host.invalid/pvt',
      `postgres://127.0.0.1:${port}/pvt`,
    ]) {
      expect(await ask(live, { env: { PVT_DB: url } })).toEqual([])
      expect(await ask('pvt stage done ', { env: { PVT_DB: url } })).toContain('gen')
    }
    silent.close()
  })

  test('ends well in a folder that is gone, for an unknown shell and for a reader who has left', async () => {
    const gone = await place.sh('mkdir gone && cd gone && rmdir ../gone && pvt __complete bash "pvt sta" sta')
    // The shell that starts pvt here complains, pvt does not.
    expect(gone).toMatchObject({ stdout: 'values\nstage\nstats\n', code: 0 })
    expect(gone.stderr).not.toContain('pvt')
    expect(await place.pvt(['__complete', 'ksh', 'pvt '])).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(await place.pvt(['__complete'])).toEqual({ stdout: '', stderr: '', code: 0 })
    const left = await place.sh('{ pvt __complete zsh "pvt "; echo $? >code; } | true; cat code')
    expect(left.stdout).toBe('0\n')
  })
})

/** A server that takes connections and never says a word. */
function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.unref())
    server.listen(0, '127.0.0.1', () => {
      resolve(server)
    })
  })
}
