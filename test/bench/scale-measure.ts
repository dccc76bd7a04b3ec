import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import type { DatabaseLocation } from '../../src/settings.ts'
import type { Database } from '../../src/store/database.ts'
import { databaseSize } from '../../src/store/free-space.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { startPostgres } from '../support/postgres-cluster.ts'
import { interleave, type Contestant, ratio, spread, type Spread } from './interleave.ts'
import { type MemoryFigure, measureCommands, measureMemory } from './scale-commands.ts'
import { fillAtScale, type ScaleSample } from './scale-jobs.ts'
import { longQuestions, type Question, questions } from './scale-queries.ts'
import { type BackupFigure, type CleanupFigure, measureBackup, measureCleanup } from './scale-writers.ts'

export interface ScalePlan {
  jobs: number
  rows: number
  /** 0 for none. */
  postgresJobs: number
  rowsOfLargeJob: number
  rounds: number
  /** Where the databases are made; null for the folder for temporary files. */
  folder: string | null
  say: (text: string) => void
}

/** A database that is measured. */
export interface Filled {
  location: DatabaseLocation
  /** As `--db` takes it. */
  name: string
  sample: ScaleSample
  jobs: number
  bytes: number
  fillSeconds: number
}

/** A question, or a whole command, on a database of 100 jobs and on the large one, milliseconds; and its bounds. */
export interface ScaleFigure {
  name: string
  small: Spread
  large: Spread
  ratio: number
  timesSmall: number | null
  milliseconds: number | null
}

/** All that was measured on one engine. */
export interface EngineReport {
  engine: DatabaseLocation['engine']
  jobs: number
  resultRows: number
  bytes: number
  fillSeconds: number
  rounds: number
  /** Of the machine, before and after. */
  load: [number, number]
  questions: ScaleFigure[]
  long: { name: string; milliseconds: number }[]
  commands: ScaleFigure[]
  memory: MemoryFigure[]
  cleanup: CleanupFigure
  backup: BackupFigure | null
}

export interface ScaleReport {
  engines: EngineReport[]
}

const jobsOfSmall = 100

export async function measureScale(plan: ScalePlan): Promise<ScaleReport> {
  if (plan.folder !== null) mkdirSync(plan.folder, { recursive: true })
  const folder = mkdtempSync(join(plan.folder ?? tmpdir(), 'pvt-scale-'))
  const server = plan.postgresJobs === 0 ? null : await startPostgres()
  try {
    const engines = [await measureSqlite(folder, plan)]
    if (server !== null) engines.push(await measurePostgres(server.adminUrl, folder, plan))
    return { engines }
  } finally {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureSqlite(folder: string, plan: ScalePlan): Promise<EngineReport> {
  const make = (jobs: number, path: string): Promise<Filled> =>
    fill({ engine: 'sqlite', path }, path, { jobs, folder, plan })
  const small = await make(jobsOfSmall, join(folder, 'small.db'))
  const large = await make(plan.jobs, join(folder, 'large.db'))
  return measureEngine(small, large, folder, plan)
}

async function measurePostgres(adminUrl: string, folder: string, plan: ScalePlan): Promise<EngineReport> {
  const names = ['pvt_scale_small', 'pvt_scale_large']
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    const urls: string[] = []
    for (const name of names) {
      await admin.query(`drop database if exists ${name} with (force)`)
      await admin.query(`create database ${name}`)
      const url = new URL(adminUrl)
      url.pathname = `/${name}`
      urls.push(url.href)
    }
    const make = (jobs: number, url: string): Promise<Filled> =>
      fill({ engine: 'postgres', url }, url, { jobs, folder, plan })
    const small = await make(jobsOfSmall, urls[0]!)
    const large = await make(plan.postgresJobs, urls[1]!)
    return await measureEngine(small, large, folder, plan)
  } finally {
    for (const name of names) await admin.query(`drop database if exists ${name} with (force)`)
    await admin.end()
  }
}

interface Filling {
  jobs: number
  folder: string
  plan: ScalePlan
}

async function fill(
  location: DatabaseLocation,
  name: string,
  { jobs, folder, plan }: Filling,
): Promise<Filled> {
  const { configPath } = makeDomain(join(folder, 'gpio'))
  const db = await openDatabase(location)
  try {
    // A power cut would only end the benchmark.
    if (db.dialect === 'sqlite') await db.script('pragma synchronous = off; pragma cache_size = -1000000')
    const start = performance.now()
    const configuration = loadConfiguration(configPath, [])
    const sample = await fillAtScale(db, { jobs, rows: plan.rows, configuration })
    // A server does it by itself when it has a quiet minute.
    if (db.dialect === 'postgres') await db.script('vacuum (analyze)')
    const fillSeconds = (performance.now() - start) / 1000
    const bytes = await databaseSize(db)
    plan.say(`${location.engine}: ${jobs} jobs, ${sample.rows} results in ${fillSeconds.toFixed(0)} s`)
    return { location, name, sample, jobs, bytes, fillSeconds }
  } finally {
    await db.close()
  }
}

async function measureEngine(
  small: Filled,
  large: Filled,
  folder: string,
  plan: ScalePlan,
): Promise<EngineReport> {
  const { rounds, say } = plan
  const before = loadavg()[0]!
  const inside = await measureQuestions(small, large, rounds)
  say(`${large.location.engine}: asked inside one process`)
  const commands = await measureCommands(small, large, rounds)
  say(`${large.location.engine}: asked by whole commands`)
  const memory = await measureMemory(large, folder, plan)
  const backup = large.location.engine === 'sqlite' ? await measureBackup(large, folder) : null
  say(`${large.location.engine}: memory and backup`)
  // The last, since it takes a tenth of the jobs away.
  const cleanup = await measureCleanup(large)
  return {
    engine: large.location.engine,
    jobs: large.jobs,
    resultRows: large.sample.rows,
    bytes: large.bytes,
    fillSeconds: large.fillSeconds,
    rounds,
    load: [before, loadavg()[0]!],
    ...inside,
    commands,
    memory,
    cleanup,
    backup,
  }
}

async function measureQuestions(
  small: Filled,
  large: Filled,
  rounds: number,
): Promise<Pick<EngineReport, 'questions' | 'long'>> {
  const smallDb = await openDatabase(small.location)
  const largeDb = await openDatabase(large.location)
  try {
    const figures: ScaleFigure[] = []
    for (const question of questions) {
      const contestants = [asking(question, smallDb, small), asking(question, largeDb, large)]
      const warmUp = question.timesSmall === null ? 1 : 5
      const [few, many] = await interleave(contestants, rounds, warmUp)
      const { name, timesSmall, milliseconds } = question
      const [ofSmall, ofLarge] = [spread(few!.times), spread(many!.times)]
      figures.push({
        name,
        small: ofSmall,
        large: ofLarge,
        ratio: ratio(many!, few!),
        timesSmall,
        milliseconds,
      })
    }
    const long: EngineReport['long'] = []
    for (const question of longQuestions) {
      long.push({ name: question.name, milliseconds: await asking(question, largeDb, large).run(0) })
    }
    return { questions: figures, long }
  } finally {
    await smallDb.close()
    await largeDb.close()
  }
}

const asking = ({ ask }: Question, db: Database, { jobs, sample }: Filled): Contestant => ({
  name: String(jobs),
  run: async () => {
    const start = performance.now()
    await ask(db, sample)
    return performance.now() - start
  },
})
