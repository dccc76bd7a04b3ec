import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from '../cli/run-pvt.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { buildWorkers, type Workers } from '../support/workers.ts'
import {
  type FailingDisk,
  type Fault,
  forEach,
  makeFailingDisk,
  noFailingDisk,
  seedOfRun,
} from './failing-disk.ts'
import { type Ground, leftovers, makeSubjects, type Subject } from './subjects.ts'

/**
 * SQLite's own way of testing (sqlite.org/testing.html, "I/O error testing", "crash testing"): a command is run again
 * and again, and each time the disk fails at another of its calls that change a file. A run of all calls takes six
 * minutes (PVT_TEST_EVERY_CALL=1); else each run takes others, chosen by its seed.
 */
const most: Record<Fault, number> = { kill: 30, power: 30, full: 12, broken: 12, glitch: 12 }
const all = process.env.PVT_TEST_EVERY_CALL === '1'

let place: Workplace
let workers: Workers
let disk: FailingDisk
let scratch: string
let subjects: Map<string, Subject>

describe.skipIf(noFailingDisk !== null)(
  `a disk that fails at each call in turn${noFailingDisk === null ? '' : `: ${noFailingDisk}`}`,
  () => {
    beforeAll(async () => {
      place = openWorkplace()
      scratch = mkdtempSync(join(tmpdir(), 'pvt-faults-'))
      const domain = makeDomain(place.path('domain'), { measurements: ['del_rr', 'slew'] })
      disk = makeFailingDisk()
      workers = await buildWorkers()
      subjects = new Map(makeSubjects({ place, workers, domain }).map((subject) => [subject.name, subject]))
    })

    afterAll(() => {
      for (const thing of [place, disk, workers]) thing.remove()
      rmSync(scratch, { recursive: true, force: true })
    })

    test.each(['results import', 'cleanup', 'backup', 'restore', 'migrate', 'db migrate'])(
      'leaves %s whole or not there, and it can be repeated',
      async (name) => {
        const subject = subjects.get(name)!
        const base = groundIn(join(scratch, name))
        await subject.prepare(base)
        const copies = join(scratch, `${name}-copies`)
        const calls = await disk.countCalls(copies, async (env) => {
          const ground = copyOf(base, copies, 'count')
          expect((await subject.run(ground, { env })).code).toBe(0)
          expect(await subject.state(ground, 'the undisturbed run')).toMatch(subject.again)
        })
        expect(calls).toBeGreaterThan(15)
        const outcomes = new Map<string, number>()
        await forEach(pointsIn(calls), async ({ fault, at }) => {
          const where = `${name}: ${fault} at call ${at} of ${calls}`
          const ground = copyOf(base, copies, `${fault}-${at}`)
          const { code, stderr } = await subject.run(ground, { env: disk.failing(copies, fault, at, at) })
          expect([null, 0, 1, 5], `${where}: ${stderr}`).toContain(code)
          expect(stderr, where).not.toMatch(/unexpected|this is a bug/)
          const state = await subject.state(ground, where)
          expect(state, where).toMatch(code === 0 ? subject.again : subject.allowed)
          const outcome = `${fault}, ${code === null ? 'killed' : `exit ${code}`}: ${state}`
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
          const again = await subject.run(ground, {})
          expect(again.code, `${where}, repeated: ${again.stderr}`).toBe(0)
          expect(await subject.state(ground, `${where}, repeated`)).toMatch(subject.again)
          expect(leftovers(ground.folder), where).toEqual([])
          rmSync(ground.folder, { recursive: true })
        })
        // The faults were met, at moments when the work was not yet done and at moments when it was.
        expect([...outcomes.keys()]).toEqual(
          expect.arrayContaining(['kill, killed: before', 'kill, killed: after']),
        )
        expect([...outcomes.keys()].join()).toMatch(/full, exit 5/)
        process.stdout.write(`${name}, ${calls} calls (seed ${seedOfRun}): ${describeOutcomes(outcomes)}\n`)
      },
    )
  },
)

function pointsIn(calls: number): { fault: Fault; at: number }[] {
  return (Object.keys(most) as Fault[]).flatMap((fault) => {
    const step = all ? 1 : Math.max(1, calls / most[fault])
    const first = all ? 1 : 1 + (seedOfRun % Math.ceil(step))
    const points = Array.from({ length: calls }, (_, index) => Math.floor(first + index * step))
    // The ends always: only a last call may come after the rename that makes a work whole.
    const sample = new Set([1, ...points.filter((at) => at <= calls), calls - 2, calls - 1, calls])
    return [...sample].map((at) => ({ fault, at }))
  })
}

const describeOutcomes = (outcomes: ReadonlyMap<string, number>): string =>
  [...outcomes]
    .sort()
    .map(([outcome, count]) => `${outcome} ×${count}`)
    .join('; ')

function groundIn(folder: string): Ground {
  mkdirSync(folder, { recursive: true })
  return { folder, location: { engine: 'sqlite', path: join(folder, 'pvt.db') } }
}

function copyOf(base: Ground, copies: string, name: string): Ground {
  const folder = join(copies, name)
  cpSync(base.folder, folder, { recursive: true })
  return groundIn(folder)
}
