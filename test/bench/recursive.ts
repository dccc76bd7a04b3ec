import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { type Contestant, interleave, ratio, spread, type Spread } from './interleave.ts'
import { childEnvironment, type Tools } from './machine.ts'
import type { Workshop } from './workshop.ts'

/** Years of backups as whole processes into an empty database; beside it importer.py, which does the same. */
export interface RecursiveReport extends Spread {
  backups: number
  rounds: number
  python: Spread | null
  toPython: number | null
}

const domains = 10
const backupsEach = 20

export async function measureRecursive(
  shop: Workshop,
  { python }: Tools,
  rounds: number,
): Promise<RecursiveReport> {
  const tree = makeTree(join(shop.folder, 'years'))
  const database = join(shop.folder, 'years.db')
  const empty = emptyDatabase(shop, join(shop.folder, 'empty.db'))
  const files = { empty, database }
  const ours = contestant('pvt', process.execPath, [shop.program, ...words(tree), '--db', database], files)
  const script = [join(import.meta.dirname, 'importer.py'), database, '--recursive', tree]
  const theirs = python === null ? [] : [contestant('python', python, script, files)]
  const [own, other] = await interleave([ours, ...theirs], rounds, 1)
  return {
    backups: domains * backupsEach,
    rounds,
    ...spread(own!.times),
    python: other === undefined ? null : spread(other.times),
    toPython: other === undefined ? null : ratio(own!, other),
  }
}

const words = (tree: string): string[] => ['results', 'import', '--recursive', tree, '-q']

function makeTree(folder: string): string {
  for (let domain = 0; domain < domains; domain += 1) {
    const path = join(folder, `gpio_${domain}`)
    for (let number = 0; number < backupsEach; number += 1) {
      const stamp = `2025${String(1 + (domain % 12)).padStart(2, '0')}${String(number + 1).padStart(2, '0')}1200`
      const options = { stamp, seed: domain * backupsEach + number }
      if (number === 0) makeDomain(path, options)
      else makeBackup(path, options)
    }
  }
  return folder
}

function emptyDatabase({ program }: Workshop, path: string): string {
  const made = spawnSync(process.execPath, [program, '--db', path, 'db', 'migrate'], {
    env: childEnvironment(),
  })
  if (made.status !== 0) throw new Error(String(made.stderr))
  return path
}

/** A database without jobs in every round. */
function contestant(
  name: string,
  program: string,
  parameters: string[],
  { empty, database }: { empty: string; database: string },
): Contestant {
  return {
    name,
    run: async () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true })
      copyFileSync(empty, database)
      const start = performance.now()
      const { status, stderr } = spawnSync(program, parameters, { env: childEnvironment() })
      const time = performance.now() - start
      if (status !== 0) throw new Error(`${name} ended with ${status ?? 'a signal'}: ${String(stderr)}`)
      return time
    },
  }
}
