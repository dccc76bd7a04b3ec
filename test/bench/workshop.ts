import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { loadConfiguration, type LoadedConfiguration } from '../../src/import/load-configuration.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { type FreshJobs, fillWithJobs } from './many-jobs.ts'

/** How many jobs the database holds. */
const jobCount = 10_000

/** A folder in /tmp with all that is measured; nothing that others do to the tree reaches it. */
export interface Workshop {
  folder: string
  /** The built program: a script for Node. */
  program: string
  configPath: string
  /** The configuration of the job that is created: 92 points. */
  small: LoadedConfiguration
  jobs: FreshJobs
  /** A new copy of the database with 10,000 jobs. */
  copyDatabase: (name: string) => string
  remove: () => void
}

/** `rounds`: how many fresh jobs of each kind are wanted. */
export async function makeWorkshop(rounds: number): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-bench-'))
  const { configPath } = makeDomain(join(folder, 'gpio'))
  const small = loadConfiguration(configPath, [])
  const large = loadConfiguration(configPath, largeSettings)
  const original = join(folder, 'original.db')
  const db = await openDatabase({ engine: 'sqlite', path: original })
  const jobs = await fillWithJobs(db, { jobs: jobCount, fresh: rounds, small, large })
  await db.close()
  return {
    folder,
    program: copyProgram(folder),
    configPath,
    small,
    jobs,
    copyDatabase: (name) => {
      copyFileSync(original, join(folder, name))
      return join(folder, name)
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** 488 points, the most that the flow knows. */
export const largeSettings = ['mode=polo', '3rd_supply_swp=vccn_vcctx', 'postlay_cross_cornerlist=full']

function copyProgram(folder: string): string {
  const root = resolve(import.meta.dirname, '..', '..')
  const place = join(folder, 'pvt')
  for (const part of ['bin', 'dist', 'migrations', 'package.json']) {
    cpSync(join(root, part), join(place, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  return join(place, 'bin', 'pvt.cjs')
}
