import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Run as FlowRun } from '../../src/domain/run.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { bootId, processStart } from '../../src/store/process-identity.ts'
import { saveRun } from '../../src/store/runs.ts'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { aRun } from '../store/jobs.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

interface Reaped {
  job_id: string
  name: string
  host: string
  reason: string
  verdict: string
  missing_points: number | null
}

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()

describe.each(eachEngine)('job reap on $name', ({ make }) => {
  let fresh: FreshDatabase
  let db: Database
  let place: Workplace
  const children: ChildProcess[] = []

  beforeEach(async () => {
    fresh = await make()
    place = openWorkplace(fresh.name)
    place.env.PVT_SPOOL = place.path('spool')
    expect((await place.pvt(['db', 'migrate'])).code).toBe(0)
    db = await openDatabase(fresh.location)
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await db.close()
    await fresh.drop()
    place.remove()
  })

  const reap = (...words: string[]): Promise<Reaped[]> => place.json<Reaped[]>(['job', 'reap', ...words])
  const view = (id: string): Promise<Record<string, unknown>> => place.json(['job', 'status', id])

  /** A running job in a domain of its own, with a backup made since, or none. */
  async function running(backup: 'whole' | 'partly' | null, name = 'gpio'): Promise<string> {
    const folder = place.path(name)
    const { backupPath } = makeDomain(folder, { config })
    rmSync(backupPath, { recursive: true })
    const id = await place.create(['-c', join(folder, 'config.cfg'), '--name', name])
    expect((await place.pvt(['stage', 'start', 'run', '-j', id])).code).toBe(0)
    if (backup !== null) {
      const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 12)
      const failedPoints = backup === 'whole' ? [] : ['TT/typical/m40/v1max', 'TT/typical/125/v1max']
      makeBackup(folder, { stamp, failedPoints })
    }
    return id
  }

  /** A process of this host, that lives or was killed. */
  async function aProcess(lives: boolean): Promise<Pick<FlowRun, 'pid' | 'process_start'> & { pid: number }> {
    const child = spawn('sleep', ['600'], { detached: true })
    children.push(child)
    const found = { pid: child.pid!, process_start: processStart(child.pid!) }
    if (!lives) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    return found
  }

  async function followed(job_id: string, fields: Partial<FlowRun> = {}): Promise<void> {
    const gone = await aProcess(false)
    const now = new Date().toISOString()
    const here = { host: hostname(), boot_id: bootId(), ...gone, watcher_pid: gone.pid }
    const times = { watcher_start: gone.process_start, started_at: now, seen_at: now }
    await saveRun(db, aRun(job_id, { ...here, ...times, ...fields }))
  }

  /** As if everything that is known of a job had been written so long ago. */
  async function age(job_id: string, hours: number): Promise<string> {
    const then = hoursAgo(hours)
    await db.query('update jobs set updated_at = $2, started_at = $2, created_at = $2 where job_id = $1', [
      job_id,
      then,
    ])
    await db.query('update stages set started_at = $2 where job_id = $1', [job_id, then])
    await db.query('update job_logs set logged_at = $2 where job_id = $1', [job_id, then])
    await db.query('update runs set seen_at = $2 where job_id = $1', [job_id, then])
    return then
  }

  test('nothing runs, nothing is reaped', async () => {
    await place.create()
    expect(await reap()).toEqual([])
    expectFailure(await place.pvt(['job', 'reap', '--silent', 'soon']), 2, /not a duration/)
  })

  test('a job whose process was killed is judged by its files', async () => {
    const [whole, partly, none] = [
      await running('whole', 'whole'),
      await running('partly', 'partly'),
      await running(null, 'none'),
    ]
    for (const id of [whole, partly, none]) await followed(id)
    const planned = await reap('--dry-run')
    expect((await view(whole)).status).toBe('running')
    expect((await view(whole)).stored_simulations).toBe(0)
    const found = await reap()
    expect(found).toEqual(planned)
    expect(found.map((one) => [one.job_id, one.verdict, one.missing_points])).toEqual([
      [whole, 'completed', 0],
      [partly, 'failed', 2],
      [none, 'failed', 16],
    ])
    for (const one of found) expect(one).toMatchObject({ host: hostname() })
    expect(found.map(({ reason }) => reason.replace(/\d+ is/, 'N is'))).toEqual([
      'process N is gone',
      expect.stringMatching(/^process N is gone; 2 of 16 PVT points missing: TT\/typical\/m40\/v1max/),
      expect.stringMatching(/^process N is gone; no backup was made in .*; 16 of 16 PVT points missing$/),
    ])
    expect(await view(whole)).toMatchObject({
      status: 'completed',
      stored_simulations: 16,
      error_message: null,
    })
    expect(await view(partly)).toMatchObject({
      ...{ status: 'failed', stored_simulations: 14, error_stage: 'run', error_message: found[1]!.reason },
      stages: [{ stage: 'run', status: 'failed' }],
    })
    for (const id of [whole, partly, none]) {
      const { run } = (await view(id)) as { run: FlowRun }
      expect(run).toMatchObject({ ended_at: run.seen_at, exit_code: null })
    }
    const log = await place.json<{ message: string }[]>(['job', 'log', whole])
    expect(log.at(-1)!.message).toMatch(/^running → completed: process \d+ is gone, and its files are whole$/)
    expect(await reap()).toEqual([])
  })

  test('a job whose process lives is left alone however silent it is, by flow or by pvt', async () => {
    const [flow, pvt] = [await running(null, 'one'), await running(null, 'two')]
    const alive = await aProcess(true)
    await followed(flow, alive)
    await followed(pvt, { watcher_pid: alive.pid, watcher_start: alive.process_start })
    for (const id of [flow, pvt]) await age(id, 100)
    expect(await reap()).toEqual([])
    // The number lives, but it is another process.
    await followed(flow, { ...alive, process_start: `${bootId() ?? ''}:1` })
    await age(flow, 1)
    expect(await reap()).toMatchObject([
      { job_id: flow, reason: expect.stringMatching(/^process/) as string },
    ])
  })

  test('a job of an earlier boot of this host is over', async () => {
    const id = await running('whole')
    await followed(id, { ...(await aProcess(true)), boot_id: 'another boot' })
    const [found] = await reap()
    expect(found).toMatchObject({ verdict: 'completed' })
    expect(found!.reason).toContain(`${hostname()} was started again since`)
  })

  test('a flow that somebody else started may go on when pvt does not look any more', async () => {
    const id = await running(null)
    await followed(id, { kind: 'watch', pid: null, process_start: null })
    expect(await reap()).toEqual([])
    await age(id, 7)
    expect(await reap()).toMatchObject([{ verdict: 'failed' }])
  })

  test('on another host only silence counts, and the files go first', async () => {
    const [lively, silent, whole] = [
      await running(null, 'one'),
      await running(null, 'two'),
      await running('whole', 'three'),
    ]
    for (const id of [lively, silent, whole]) await followed(id, { host: 'farm-7', boot_id: 'its own' })
    const since = await age(silent, 7)
    await age(whole, 7)
    const found = await reap()
    expect(found.map((one) => [one.job_id, one.host, one.verdict]).sort()).toEqual(
      [
        [silent, 'farm-7', 'failed'],
        [whole, 'farm-7', 'completed'],
      ].sort(),
    )
    expect(found.find(({ job_id }) => job_id === silent)!.reason).toMatch(
      new RegExp(`^silent since ${since}; `),
    )
    expect(await view(lively)).toMatchObject({ status: 'running', run: { ended_at: null } })
    expect(await view(silent)).toMatchObject({ run: { ended_at: since } })
    // The last sign of life is the end, not the minute of the cron job.
    expect(await view(silent)).toMatchObject({ completed_at: since, elapsed_seconds: 0 })
  })

  test('a job that only a wrapper marks is silent by its marks, notes and logs', async () => {
    const id = await running(null)
    await age(id, 7)
    expect(await reap('--silent', '8h', '--dry-run')).toEqual([])
    expect(await reap('--dry-run')).toHaveLength(1)
    await place.pvt(['job', 'log', id, '--add', 'still at it'])
    expect(await reap()).toEqual([])
    await db.query('update job_logs set logged_at = $1', [hoursAgo(7)])
    await place.pvt(['stage', 'start', 'ext', '-j', id])
    expect(await reap()).toEqual([])
    expect((await reap('--silent', '0s'))[0]).toMatchObject({ job_id: id, verdict: 'failed' })
  })

  test('a job that was reaped as silent is taken up again by marks that come late', async () => {
    const id = await running(null)
    const since = await age(id, 7)
    expect(await reap()).toHaveLength(1)
    const at = new Date(Date.parse(since) + 3_600_000).toISOString()
    const head = `id late\nat ${at}\ndatabase ${db.location}\nuser ada\nhost h\ncwd /\njob ${id}\n`
    mkdirSync(place.path('spool'), { mode: 0o700 })
    writeFileSync(place.path('spool', '1.change'), `pvt-change 1\n${head}\nstage\0start\0ext\0`)
    expect((await place.pvt(['spool', 'flush'])).code).toBe(0)
    expect(await view(id)).toMatchObject({ status: 'running', current_stage: 'ext' })
  })

  test('of several reaps at once each job is ended, and told, by one', async () => {
    const ids = [await running('whole', 'one'), await running('partly', 'two'), await running(null, 'three')]
    for (const id of ids) await followed(id)
    const env = { PVT_NOTIFY: `cat >$(mktemp ${place.path('home')}/told-XXXXXX)` }
    const runs = await Promise.all([1, 2, 3, 4].map(() => place.json<Reaped[]>(['job', 'reap'], { env })))
    expect(
      runs
        .flat()
        .map(({ job_id }) => job_id)
        .sort(),
    ).toEqual([...ids].sort())
    const told = readdirSync(place.path('home')).filter((name) => name.startsWith('told-'))
    const jobs = told.map((name) => {
      const job = JSON.parse(readFileSync(place.path('home', name), 'utf8')) as {
        job_id: string
        status: string
      }
      expect(job.status).not.toBe('running')
      return job.job_id
    })
    expect(jobs.sort()).toEqual([...ids].sort())
    const ends = (await place.json<{ message: string }[]>(['job', 'log', ids[1]!])).filter(({ message }) =>
      message.startsWith('running →'),
    )
    expect(ends).toHaveLength(1)
  })
})
