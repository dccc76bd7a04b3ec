import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import type { OpenOptions } from '../../src/store/database.ts'
import { counterMigration, writeMigrations } from '../support/workers.ts'

/** A folder of each test's own. */
export let folder: string
/** A database in it that is not there yet. */
export let path: string
/** Opens it with one small migration. */
export let options: OpenOptions

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-open-'))
  path = join(folder, 'pvt.db')
  mkdirSync(join(folder, 'migrations'))
  options = { migrations: writeMigrations(join(folder, 'migrations'), { '0001_first': counterMigration }) }
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})
