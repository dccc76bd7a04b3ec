import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Run, type Workplace } from '../cli/run-pvt.ts'

/**
 * A file server that stops answering, as NFS does: sshfs whose server is a local process that is stopped. Who touches
 * such a file system hangs, and cannot even be killed before the server goes on.
 */
const sftpServer = ['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server'].find((path) =>
  existsSync(path),
)
const missing = whatIsMissing()

function whatIsMissing(): string | null {
  if (!existsSync('/dev/fuse')) return 'needs /dev/fuse'
  if (sftpServer === undefined) return "needs OpenSSH's sftp-server"
  const found = spawnSync('sh', ['-c', 'command -v sshfs && command -v fusermount3'])
  return found.status === 0 ? null : 'needs sshfs'
}

interface Listed {
  state: string
  at: string
  words: string[]
}

const timed = async (work: Promise<Run>): Promise<Run & { seconds: number }> => {
  const start = performance.now()
  return { ...(await work), seconds: (performance.now() - start) / 1000 }
}

/** Of the program's own; a busy machine needs longer for everything. */
const atMost = 10

describe.skipIf(missing !== null)(
  `a file server that stalls${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    let place: Workplace
    let mounted: string
    let server: number

    beforeAll(() => {
      place = openWorkplace()
      place.env.PVT_SPOOL = place.path('spool')
      place.env.PVT_LOG = place.path('pvt.log')
      mounted = place.path('mounted')
      for (const folder of ['served', 'mounted']) mkdirSync(place.path(folder))
      const pidFile = place.path('server.pid')
      const ssh = place.path('ssh')
      writeFileSync(ssh, `#!/bin/sh\necho $$ >'${pidFile}'\nexec '${sftpServer!}'\n`, { mode: 0o755 })
      const options = `ssh_command=${ssh},dir_cache=no`
      const { status, stderr } = spawnSync('sshfs', ['-o', options, `x:${place.path('served')}`, mounted])
      expect(status, String(stderr)).toBe(0)
      server = Number(readFileSync(pidFile, 'utf8'))
      place.env.PVT_DB = join(mounted, 'pvt.db')
      const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
      const hook = readme.split('```').find((text) => text.includes('export PVT_BEST_EFFORT=1'))!
      writeFileSync(place.path('pvt_hook'), hook.slice('sh\n'.length), { mode: 0o755 })
    })

    afterEach(() => {
      process.kill(server, 'SIGCONT')
    })

    afterAll(() => {
      spawnSync('fusermount3', ['-u', '-z', mounted])
      process.kill(server)
      place.remove()
    })

    const hook = (words: string, cwd?: string) =>
      timed(place.sh(`'${place.path('pvt_hook')}' ${words}`, cwd === undefined ? {} : { cwd }))
    /** For half a minute at the most: a test that hangs as well could not be ended. */
    const stall = (): void => {
      process.kill(server, 'SIGSTOP')
      spawn('sh', ['-c', `sleep 30; kill -CONT ${server}`], { detached: true, stdio: 'ignore' }).unref()
    }
    const goOn = (): boolean => process.kill(server, 'SIGCONT')

    test('it is known for what it is: a rollback journal, no WAL, and a warning once', async () => {
      const first = await place.pvt(['job', 'create'])
      expect(first.code).toBe(0)
      expect(first.stderr).toMatch(
        /^pvt: warning: .*lies on a network file system \(fuse\).*use PostgreSQL\n$/,
      )
      const names = await Promise.all(
        ['one', 'two', 'three', 'four'].map((name) => place.pvt(['job', 'create', '--name', name])),
      )
      for (const { code, stderr } of names) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const status = await place.pvt(['db', 'status', '--json'])
      expect(JSON.parse(status.stdout)).toMatchObject({ journal_mode: 'truncate', file_system: 'network' })
      expect(readdirSync(place.path('served')).filter((name) => name.includes('-wal'))).toEqual([])
    })

    test('marks of the wrapper go on in time, and are all there when it answers again', async () => {
      const id = await place.create(['--name', 'before'])
      expect((await hook(`stage start gen -j ${id}`)).stdout).toMatch(/stage gen started\n$/)
      expect(await place.json(['spool', 'list'])).toEqual([])
      stall()
      const created = await hook('job create --name during')
      for (const run of [
        created,
        await hook(`stage done gen -j ${id}`),
        await hook(`stage start run -j ${id}`),
      ]) {
        expect(run).toMatchObject({ code: 0, stderr: '' })
        expect(run.seconds).toBeLessThan(atMost)
      }
      expect(created.stdout).toMatch(/^[0-9a-f-]{36}\n$/)
      expect(readFileSync(place.path('pvt.log'), 'utf8')).toMatch(
        /^(pvt: .*pvt\.db: its file system did not answer within 500 ms: the change is spooled.*\n){3}$/,
      )
      const spooled = await place.json<Listed[]>(['spool', 'list'])
      expect(spooled.map(({ state, words }) => [state, ...words.slice(0, 2)])).toEqual([
        ['waiting', 'job', 'create'],
        ['waiting', 'stage', 'done'],
        ['waiting', 'stage', 'start'],
      ])
      goOn()
      const stages = await place.pvt(['stage', 'list', '-j', id, '--json'])
      expect(stages.stderr).toMatch(/3 spooled changes delivered/)
      expect(JSON.parse(stages.stdout)).toMatchObject([
        { stage: 'gen', status: 'done', finished_at: spooled[1]!.at },
        { stage: 'run', status: 'running', started_at: spooled[2]!.at },
      ])
      expect(await place.json(['job', 'status', created.stdout.trim()])).toMatchObject({
        ...{ name: 'during', created_at: spooled[0]!.at },
      })
      expect(await place.json(['spool', 'list'])).toEqual([])
    })

    test('so do those that are made in a folder that stalls, with the database on a local disk', async () => {
      const domain = join(mounted, 'domain')
      mkdirSync(domain)
      const db = place.env.PVT_DB!
      place.env.PVT_DB = place.path('local.db')
      try {
        const id = await place.create(['--domain', domain])
        // Who enters such a folder hangs, this test too: the shell is in it before.
        const inside = (words: string): Promise<Run & { seconds: number }> =>
          timed(
            place.sh(`{ sleep 30; kill -CONT ${server}; } >/dev/null 2>&1 </dev/null &
              watch=$!; cd '${domain}'; kill -STOP ${server}; ${words}; kill $watch`),
          )
        const done = await inside(`'${place.path('pvt_hook')}' stage done gen -j ${id}`)
        expect(done).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} stage gen done\n` })
        expect(done.seconds).toBeLessThan(atMost)
        goOn()
        const backup = '00bkp_202601151030'
        // Made behind its back: nobody here knows anything of it yet.
        mkdirSync(place.path('served', 'domain', backup))
        // What has to look into the folder hangs, until the wrapper's limit ends it; its mark is not lost.
        const mark = `PVT_BEST_EFFORT=1 timeout -k 1 2 pvt stage done bkp --backup ${backup} -j ${id}`
        const hung = await inside(`(${mark}) </dev/null >/dev/null 2>&1 || true`)
        expect(hung.code).toBe(0)
        expect(hung.seconds).toBeGreaterThan(2)
        expect(hung.seconds).toBeLessThan(atMost + 3)
        goOn()
        await untilDelivered(id, 'bkp')
      } finally {
        goOn()
        place.env.PVT_DB = db
      }
    })

    /** A killed process is there until the file server has answered. */
    async function untilDelivered(id: string, stage: string): Promise<void> {
      for (let round = 0; ; round += 1) {
        const stages = await place.pvt(['stage', 'list', '-j', id, '--json'])
        const found = (JSON.parse(stages.stdout) as { stage: string; status: string }[]).find(
          (one) => one.stage === stage,
        )
        if (found?.status === 'done') return
        expect(round, stages.stdout).toBeLessThan(50)
        await sleep(100)
      }
    }
  },
)

describe('a mark that is killed while it works on a network file system', () => {
  let place: Workplace

  beforeAll(() => {
    place = openWorkplace()
    place.env.PVT_SPOOL = place.path('spool')
    place.env.PVT_FILESYSTEM = 'network'
  })

  afterAll(() => {
    place.remove()
  })

  test('is made by the next command, once, and with its time', async () => {
    const created = await place.pvt(['job', 'create', '--best-effort', '-q'])
    const id = created.stdout.trim()
    expect(readdirSync(place.path('spool'))).toEqual([])
    const holder = new Sqlite(place.db)
    holder.exec('begin immediate')
    const before = new Date().toISOString()
    const mark = place.pvt(['stage', 'done', 'gen', '--best-effort', '-j', id], { killAfter: 450 })
    expect((await mark).code).toBe(null)
    const after = new Date().toISOString()
    const left = readdirSync(place.path('spool'))
    expect(left).toHaveLength(1)
    expect(left[0]).toMatch(/^\..*\.intent-\d+-\S+$/)
    holder.exec('rollback')
    holder.close()
    const stages = await place.pvt(['stage', 'list', '-j', id, '--json'])
    expect(stages.stderr).toMatch(/1 spooled change delivered/)
    const [stage] = JSON.parse(stages.stdout) as { stage: string; finished_at: string }[]
    expect(stage).toMatchObject({ stage: 'gen', status: 'done' })
    expect(stage!.finished_at >= before && stage!.finished_at <= after).toBe(true)
    expect(readdirSync(place.path('spool'))).toEqual([])
  })

  test('what the database refuses is refused at once, and nothing is kept of it', async () => {
    const id = await place.create(['-q'])
    await place.pvt(['job', 'cancel', id])
    const refused = await place.pvt(['job', 'status', id, 'completed', '--best-effort'])
    expect(refused.code).toBe(4)
    const wrong = await place.pvt(['stage', 'done', 'gen', '--backup', '.', '--best-effort', '-j', id])
    expect(wrong.code).toBe(2)
    expect(readdirSync(place.path('spool'))).toEqual([])
  })

  test('warnings are said once, and the id that is printed is the one that is stored', async () => {
    writeFileSync(place.path('work', 'config.cfg'), 'mode:prelay\nodd:1\n')
    const { code, stdout, stderr } = await place.pvt(['job', 'create', '--best-effort'])
    expect(code).toBe(0)
    expect(stderr.match(/odd/g)).toHaveLength(1)
    expect(await place.json(['job', 'status', stdout.trim()])).toMatchObject({ mode: 'prelay' })
    rmSync(place.path('work', 'config.cfg'))
  })
})
