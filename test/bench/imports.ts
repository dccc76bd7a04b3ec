import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { makeDomain } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { exponentText, hspiceMeasureText } from '../fixtures/measure.ts'
import { mulberry32 } from '../fixtures/truth.ts'
import { compileLibrary, noPreloading } from '../support/preloaded.ts'
import { type Contestant, interleave, ratio, spread, type Spread } from './interleave.ts'
import { childEnvironment, type Tools } from './machine.ts'
import { largeSettings, type Workshop } from './workshop.ts'

/** An import as a whole process, milliseconds; beside it a process that merely reads the files, and a Python script. */
export interface ImportFigure extends Spread {
  name: string
  files: number
  bytes: number
  rows: number
  /** To Node reading the same files. */
  toReading: number
  /** To importer.py; null without Python. */
  toPython: number | null
}

export interface ImportsReport {
  rounds: number
  figures: ImportFigure[]
}

const warmUp = 1
const mostRounds = 10
const largeRows = 200_000

export async function measureImports(shop: Workshop, tools: Tools, rounds: number): Promise<ImportsReport> {
  const measured = Math.min(rounds, mostRounds)
  const config = Object.fromEntries(largeSettings.map((text) => text.split('=') as [string, string]))
  const tree = makeLiveTree(join(shop.folder, 'import-tree'), { config })
  const { backupPath } = makeDomain(join(shop.folder, 'import-backup'), { config })
  const large = join(shop.folder, 'import-large')
  writeLarge(large)
  const subjects: Subject[] = [
    { name: 'a live tree of 488 measure files', folder: tree.folder, rows: 488 },
    { name: 'a backup of 488 points', folder: backupPath, rows: 488 },
    { name: 'one measure file of 200,000 rows', folder: large, rows: largeRows },
    ...farSubjects(shop, [
      { name: 'the live tree, 0.3 ms away', folder: tree.folder, rows: 488 },
      { name: 'the backup, 0.3 ms away', folder: backupPath, rows: 488 },
    ]),
  ]
  const figures: ImportFigure[] = []
  for (const subject of subjects) {
    figures.push(await measure(subject, { shop, tools, rounds: measured }))
  }
  return { rounds: measured, figures }
}

interface Subject {
  name: string
  folder: string
  rows: number
  /** For those that read it. */
  environment?: Record<string, string>
}

/** Of each question to a near file server. */
const roundTripMicroseconds = 300

/** The same as from a file server (far-files.c); none where there is no compiler. */
function farSubjects({ folder }: Workshop, subjects: readonly Subject[]): Subject[] {
  if (noPreloading !== null) return []
  const library = compileLibrary(join(import.meta.dirname, 'far-files.c'), folder)
  return subjects.map((subject) => ({
    ...subject,
    environment: { LD_PRELOAD: library, FAR_MATCH: subject.folder, FAR_US: String(roundTripMicroseconds) },
  }))
}

async function measure(
  { name, folder, rows, environment = {} }: Subject,
  { shop, tools, rounds }: { shop: Workshop; tools: Tools; rounds: number },
): Promise<ImportFigure> {
  const node = process.execPath
  const reading: Contestant = {
    name: 'reading',
    run: async () => timed(node, ['-e', readAll, folder], environment),
  }
  const ours: Contestant = {
    name: 'ours',
    run: async () => {
      const { database, job } = freshJob(shop, folder)
      const words = [shop.program, '--db', database, 'results', 'import', folder, '-j', job]
      return timed(node, words, environment)
    },
  }
  const { python } = tools
  const theirs = (script: string): Contestant => ({
    name: 'python',
    run: async () => {
      const { database, job } = freshJob(shop, folder)
      return timed(script, [join(import.meta.dirname, 'importer.py'), database, job, folder], environment)
    },
  })
  const contestants = [ours, reading, ...(python === null ? [] : [theirs(python)])]
  const [own, merely, other] = await interleave(contestants, rounds, warmUp)
  const sizes = filesBelow(folder).map((path) => statSync(path).size)
  return {
    name,
    ...spread(own!.times),
    ...{ files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), rows },
    toReading: ratio(own!, merely!),
    toPython: other === undefined ? null : ratio(own!, other),
  }
}

/** A new database with one job, for both: what is measured is the import alone. */
function freshJob({ folder, program }: Workshop, domain: string): { database: string; job: string } {
  const database = join(folder, 'imports.db')
  for (const ending of ['', '-wal', '-shm']) rmSync(database + ending, { force: true })
  const words = [program, '--db', database, 'job', 'create', '-d', domain]
  const { stdout } = run(process.execPath, words)
  return { database, job: stdout.trim() }
}

function timed(program: string, words: readonly string[], environment: Record<string, string>): number {
  const start = performance.now()
  run(program, words, environment)
  return performance.now() - start
}

function run(
  program: string,
  words: readonly string[],
  environment: Record<string, string> = {},
): { stdout: string } {
  const answer = spawnSync(program, words, {
    env: { ...childEnvironment(), ...environment },
    encoding: 'utf8',
  })
  if (answer.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${answer.stderr}`)
  return answer
}

/** What Node needs at least: every file found and read whole. */
const readAll = `
  const { readdirSync, readFileSync } = require('node:fs')
  for (const entry of readdirSync(process.argv[1], { recursive: true, withFileTypes: true }))
    if (entry.isFile() && /\\.mt\\d+$|report.*\\.txt$/.test(entry.name)) readFileSync(entry.path + '/' + entry.name)`

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.mt\d+$|report[^/]*\.txt$/.test(name))
    .map((name) => join(folder, name))

function writeLarge(folder: string): void {
  const place = join(folder, 'TT/typical/typical_m40/v1min')
  mkdirSync(place, { recursive: true })
  const random = mulberry32(7)
  const names = ['vin', 'del_rr', 'del_ff', 'power', 'tplh', 'tphl', 'temper', 'alter#']
  const rows = Array.from({ length: largeRows }, (_, index) => [
    ...[index * 1e-6, random() * 1e-10, random() * 1e-10, random() * 1e-3, random() * 1e-11],
    ...[Number(exponentText(random() * 1e-11)), -40, 1],
  ])
  const text = hspiceMeasureText({ names, rows, digits: 8, paramCount: 1 })
  writeFileSync(join(place, 'sim_tx.mt0'), text)
}
