import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { makeStandInFlow } from '../fixtures/stand-in-flow.ts'
import { interleave, ratio, type Spread, spread } from './interleave.ts'
import type { Workshop } from './workshop.ts'

/** What following a flow costs. */
export interface FlowReport extends Spread {
  points: number
  rounds: number
  /** The flow alone. */
  bare: Spread
  toBare: number
  /** Of the process of pvt while the flow runs: the most resident memory, and processor time of the wall time. */
  megabytes: number
  corePercent: number
}

/** Seconds at each of its places: the stand-in of 488 points then takes about 20 s. */
const pace = 1.6

const ticksPerSecond = 100

/** `pvt run -- sh flow.sh` against `sh flow.sh`, a flow of 488 points and about 20 s, in turn. */
export async function measureFlow(shop: Workshop, rounds: number): Promise<FlowReport> {
  const home = join(shop.folder, 'flow')
  mkdirSync(home)
  const costs: Cost[] = []
  const config = { 'gs/gf_corner': 'Yes', postlay_cross_cornerlist: 'full' }
  let points = 0
  const place = (name: string): string => {
    const folder = join(home, name)
    rmSync(folder, { recursive: true, force: true })
    points = makeStandInFlow(folder, { mode: 'polo', supplies: 3, config, pace }).points.length
    return folder
  }
  const env = { ...process.env, PVT_DB: join(home, 'pvt.db'), PVT_SPOOL: join(home, 'spool'), HOME: home }
  const series = await interleave(
    [
      {
        name: 'sh flow.sh',
        run: async () => {
          const cwd = place('bare')
          const begin = performance.now()
          spawnSync('sh', ['flow.sh'], { cwd, env })
          return performance.now() - begin
        },
      },
      {
        name: 'pvt run -- sh flow.sh',
        run: async () => {
          const cwd = place('followed')
          const begin = performance.now()
          costs.push(await follow(shop, cwd, env))
          return performance.now() - begin
        },
      },
    ],
    rounds,
    0,
  )
  const [bare, followed] = series as [(typeof series)[0], (typeof series)[0]]
  return {
    ...{ points, rounds, ...spread(followed.times), bare: spread(bare.times), toBare: ratio(followed, bare) },
    megabytes: Math.max(...costs.map(({ megabytes }) => megabytes)),
    corePercent: spread(costs.map(({ corePercent }) => corePercent)).median,
  }
}

type Cost = Pick<FlowReport, 'megabytes' | 'corePercent'>

async function follow(shop: Workshop, cwd: string, env: NodeJS.ProcessEnv): Promise<Cost> {
  const child = spawn(process.execPath, [shop.program, 'run', '--', 'sh', 'flow.sh'], {
    ...{ cwd, env, stdio: 'ignore' },
  })
  const ended = new Promise<number | null>((fulfil) => child.on('exit', fulfil))
  const begin = performance.now()
  let cost: Cost = { megabytes: 0, corePercent: 0 }
  const timer = setInterval(() => {
    // What comes after the flow, the import, is not watching.
    if (hasEnded(cwd)) return
    const seen = usageOf(child.pid!)
    const seconds = (performance.now() - begin) / 1000
    if (seen === null || seconds < 1) return
    cost = {
      megabytes: Math.max(cost.megabytes, seen.megabytes),
      corePercent: (seen.seconds / seconds) * 100,
    }
  }, 100)
  const code = await ended
  clearInterval(timer)
  if (code !== 0) throw new Error(`pvt run ended with ${code}`)
  return cost
}

function hasEnded(domain: string): boolean {
  try {
    return readFileSync(join(domain, 'script_logging.log'), 'utf8').includes('script completed')
  } catch {
    return false
  }
}

/** From /proc (man 5 proc); null once the process has ended. */
function usageOf(pid: number): { megabytes: number; seconds: number } | null {
  try {
    const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return rss === undefined ? null : { megabytes: Number(rss) / 1024, seconds: ticks / ticksPerSecond }
  } catch {
    return null
  }
}
