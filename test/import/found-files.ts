import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { failure } from '../support/failure.ts'

/** 16 points. */
export const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
export const tt = 'TT/typical/typical_m40/v1min'

export let root: string
export let folder: string
let count = 0

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-find-')))
  // A test reads it as another user.
  chmodSync(root, 0o755)
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

beforeEach(() => {
  count += 1
  folder = join(root, `domain${count}`)
  mkdirSync(folder)
})

/** Writes files of one byte below the test's folder. */
export function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), 'x')
  }
}

/** The measure files below the test's folder: path, point, netlist. */
export function measures(path = folder): [string, string | null, string | null][] {
  return findFiles(path).measures.map(({ path: file, point, netlist }) => [
    relative(path, file),
    point && pointName(point),
    netlist && relative(path, netlist),
  ])
}

export const failureOf = (path: string) => failure(Promise.resolve().then(() => findFiles(path)))
