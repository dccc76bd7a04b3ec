/**
 * What it costs to watch a flow of 488 points: CPU time and memory of a look at a live tree that does not change, while
 * it is simulated and when that is done. Run: `node --expose-gc --import tsx test/bench/watch-tree.ts`.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pointFolder, pointName } from '../../src/domain/point.ts'
import { FlowObserver } from '../../src/import/observe-flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'pvt-watch-'))
const config = {
  mode: 'polo',
  '2nd_supply_swp': 'vccana',
  '3rd_supply_swp': 'vccn',
  postlay_cross_cornerlist: 'full',
}
const { points } = makeLiveTree(folder, { config })
const unfinished = points.map(pointName).slice(244)
const log = join(folder, 'script_logging.log')
// Looked at within two seconds, a folder may change within the same tick of its clock: it is listed each time.
await new Promise((resolve) => setTimeout(resolve, 2500))

const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 1024 / 1024
}
const before = memory()
writeFileSync(log, 'Auto_pvt script start at : 202001011200\n')
appendFileSync(log, '20200101120000 :: Gen PVT testbench & directory\n')
appendFileSync(log, '20200101120000 :: Submit simulation job & running for polo extraction: typical\n')
const observer = new FlowObserver({
  ...{ domain: folder, points, simulator: 'primesim', start: 'latest-flow' },
  now: () => new Date().toISOString(),
})

measure('first look, 488 simulations to read', 1)
measure('second look', 1)
measure('nothing changes, stage run', 20)
for (const point of points.filter((each) => unfinished.includes(pointName(each)))) {
  writeFileSync(join(folder, pointFolder(point), 'sim_tx.log'), 'Started at Thu Jan 15 10:16:00 2026\n')
}
measure('244 logs begun anew', 1)
measure('again', 2)
measure('244 simulations are running, none writes', 20)
measureGrowing()
appendFileSync(log, '20200101120000 :: Data extraction\n')
measure('the stage ext begins', 1)
measure('nothing changes, stage ext', 20)
measure('nothing changes, stage ext: 2000 looks', 2000)
rmSync(folder, { recursive: true })

function measure(what: string, looks: number, prepare: () => void = () => undefined): void {
  let micros = 0
  let seen = 0
  const start = performance.now()
  for (let look = 0; look < looks; look += 1) {
    prepare()
    const cpu = process.cpuUsage()
    seen += observer.look().attempts.length
    const { user, system } = process.cpuUsage(cpu)
    micros += user + system
  }
  const wall = (performance.now() - start) / looks
  const each = (micros / 1000 / looks).toFixed(2)
  const more = (memory() - before).toFixed(1)
  process.stdout.write(
    `${what}: ${each} ms CPU, ${wall.toFixed(2)} ms a look; ${seen} attempts; ${more} MB more than before\n`,
  )
}

function measureGrowing(): void {
  const paths = points
    .filter((each) => unfinished.includes(pointName(each)))
    .map((point) => join(folder, pointFolder(point), 'sim_tx.log'))
  const lines = 'time = 1.0000e-09 converged in 3 iterations\n'.repeat(100)
  measure('244 logs grow by 4 KiB each', 20, () => {
    for (const path of paths) appendFileSync(path, lines)
  })
}
