import { appendFileSync, rmSync, truncateSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  append,
  at,
  begun,
  done,
  ext,
  gen,
  inDomainOfOnePoint,
  later,
  looks,
  measure,
  moveToResult,
  observe,
  place,
  replaceByCopy,
  run,
  scriptLog,
  simulate,
  success,
  write,
} from './one-point.ts'

inDomainOfOnePoint()

describe('a simulation', () => {
  it('counts when the simulator that is configured completed it and its measure file is there', () => {
    const observer = observe()
    simulate({ log: begun + success })
    expect(done(observer.look(), 'run')).toBe(0)
    simulate({ measure: measure(1) })
    const sighting = observer.look()
    expect(done(sighting, 'run')).toBe(1)
    expect(sighting.attempts).toMatchObject([
      { attempt: 1, state: 'done', elapsed_seconds: 282, measurements: { del_rr: 1 } },
    ])
  })

  it('by another simulator is none', () => {
    const observer = observe({ simulator: 'finesim' })
    simulate({ log: begun + success, measure: measure(1) })
    const sighting = observer.look()
    expect(sighting.progress[1]).toMatchObject({ done: 0, failed: 1 })
    expect(sighting.problems).toMatchObject([
      { message: 'expected a simulation by finesim, found one by primesim' },
    ])
    expect(observer.look().problems).toEqual([])
  })

  it('whose log stands still is running, until the flow goes on', () => {
    const observer = observe()
    append(scriptLog, run)
    simulate({ log: `${begun}ERROR! no convergence\n` })
    expect(observer.look().attempts).toMatchObject([{ state: 'running' }])
    expect(observer.look()).toMatchObject({ attempts: [], simulationLogs: [] })
    append(scriptLog, ext)
    const sighting = observer.look()
    expect(sighting.attempts).toMatchObject([{ state: 'failed' }])
    expect(sighting.simulationLogs).toMatchObject([{ point: 'TT/typical/85/v1nom', success: false }])
  })

  it("has failed when the flow's check says so, and runs again when its log goes on", () => {
    const observer = observe()
    simulate({ log: begun })
    write('job_stat.log', 'corners status\nTT typical 85 v1nom    not-complete, check if error\n')
    later('job_stat.log', 5)
    expect(observer.look().attempts).toMatchObject([
      { state: 'failed', checked: 'not-complete, check if error' },
    ])
    simulate({ log: `${begun}converged\n` })
    later(`${place}/sim_tx.log`, 10)
    expect(observer.look().attempts).toMatchObject([{ attempt: 1, state: 'running' }])
  })

  it('is read to its end while its log grows', () => {
    const observer = observe()
    simulate({ log: begun })
    const filler = 'time = 1e-9 converged\n'
    for (let round = 0; round < 4; round += 1) {
      appendFileSync(at(`${place}/sim_tx.log`), filler.repeat(30_000) + 'WARNING! x\n')
      observer.look()
    }
    appendFileSync(at(`${place}/sim_tx.log`), success.slice(0, 20))
    observer.look()
    appendFileSync(at(`${place}/sim_tx.log`), success.slice(20))
    simulate({ measure: measure(1) })
    const sighting = observer.look()
    expect(sighting.attempts).toMatchObject([
      { attempt: 1, state: 'done', elapsed_seconds: 282, started_at_local: 'Mon Jun 16 12:26:48 2025' },
    ])
    expect(sighting.simulationLogs).toMatchObject([{ warnings: 4, simulator_version: 'W-2024.09' }])
  })

  it('is judged by both ends of a log that nobody read while it grew', () => {
    const observer = observe()
    simulate({ log: begun + 'time = 1e-9 converged\n'.repeat(200_000) + success, measure: measure(1) })
    expect(observer.look().attempts).toMatchObject([
      { state: 'done', elapsed_seconds: 282, started_at_local: 'Mon Jun 16 12:26:48 2025' },
    ])
  })

  it('of before the start of the latest flow does not count', () => {
    simulate({ log: begun + success, measure: measure(1), netlist: true })
    write('report/report_TT_typical_85_v1nom.txt', 'del_rr\ttemper\talter#\n1\t85\t1\n')
    for (const name of ['sim_tx.log', 'sim_tx.mt0', 'sim_tx.sp']) later(`${place}/${name}`, -3600)
    later('report/report_TT_typical_85_v1nom.txt', -3600)
    const start = new Date(Date.now() - 600_000).toISOString().replace(/\D/g, '')
    write(scriptLog, `Auto_pvt script start at : ${start.slice(0, 12)}\n${start.slice(0, 14)} :: Gen PVT\n`)
    const observer = observe({ start: 'latest-flow', now: () => new Date().toISOString() })
    expect(looks(observer, 2).map(({ progress }) => progress.map((count) => count.done))).toEqual([
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ])
    later(`${place}/sim_tx.sp`, 0)
    expect(done(observer.look(), 'gen')).toBe(1)
  })

  it('waits for a measure file that is half-written', () => {
    const observer = observe()
    simulate({ log: begun + success, measure: measure(12).slice(0, -9) })
    expect(done(observer.look(), 'run')).toBe(0)
    simulate({ measure: measure(12) })
    expect(observer.look().attempts).toMatchObject([{ state: 'done', measurements: { del_rr: 12 } }])
  })

  it('takes a measure file without a last newline when nobody writes to it any more', () => {
    const observer = observe()
    simulate({ log: begun + success, measure: measure(12).trimEnd() })
    expect(done(observer.look(), 'run')).toBe(0)
    expect(observer.look().attempts).toMatchObject([{ state: 'done', measurements: { del_rr: 12 } }])
  })

  it('of an earlier flow does not count before it changes', () => {
    simulate({ log: begun + success, measure: measure(1), netlist: true })
    const observer = observe()
    append(scriptLog, gen)
    expect(observer.look()).toMatchObject({ attempts: [], progress: [{ done: 0 }, { done: 0 }, {}, {}, {}] })
    simulate({ netlist: true })
    expect(done(observer.look(), 'gen')).toBe(1)
    const log = begun.replace('12:26', '13:00')
    simulate({ log: log + success, measure: measure(2) })
    expect(observer.look().attempts).toMatchObject([
      { attempt: 1, state: 'done', measurements: { del_rr: 2 } },
    ])
  })

  it.each<[string, () => void, number]>([
    [
      'its log begins at another time',
      () => {
        simulate({ log: begun.replace('12:26', '13:00') })
      },
      2,
    ],
    [
      'its log says something else',
      () => {
        simulate({ log: `${begun}other\n${success}` })
      },
      2,
    ],
    [
      'its values differ',
      () => {
        simulate({ measure: measure(2) })
      },
      2,
    ],
    [
      'its log is replaced by a copy',
      () => {
        replaceByCopy('sim_tx.log')
      },
      1,
    ],
    [
      'its measure file is replaced by a copy',
      () => {
        replaceByCopy('sim_tx.mt0')
      },
      1,
    ],
    [
      'its files are touched',
      () => {
        later(`${place}/sim_tx.log`, 60)
        later(`${place}/sim_tx.mt0`, 60)
      },
      1,
    ],
    [
      'its measure file is moved',
      () => {
        moveToResult()
      },
      1,
    ],
    [
      'its log is emptied',
      () => {
        truncateSync(at(`${place}/sim_tx.log`))
      },
      1,
    ],
  ])('when %s', (_, change, attempts) => {
    const observer = observe()
    simulate({ log: begun + success, measure: measure(1) })
    observer.look()
    observer.look()
    change()
    const seen = [observer.look(), observer.look(), observer.look()].flatMap((sighting) => sighting.attempts)
    expect(Math.max(1, ...seen.map(({ attempt }) => attempt))).toBe(attempts)
    if (attempts === 1) expect(seen).toEqual([])
  })

  it('that is run again with the same values is an attempt with those values', () => {
    const observer = observe()
    simulate({ log: begun + success, measure: measure(1) })
    observer.look()
    simulate({ log: begun.replace('12:26', '13:00') })
    expect(observer.look().attempts).toMatchObject([{ attempt: 2, state: 'running', measurements: null }])
    simulate({ log: begun.replace('12:26', '13:00') + success, measure: measure(1) })
    later(`${place}/sim_tx.mt0`, 5)
    expect(observer.look().attempts).toMatchObject([
      { attempt: 2, state: 'done', measurements: { del_rr: 1 } },
    ])
  })

  it('stays done when the flow deletes its folder', () => {
    const observer = observe()
    simulate({ log: begun + success, measure: measure(1), netlist: true })
    observer.look()
    rmSync(at('TT'), { recursive: true })
    const sighting = observer.look()
    expect([done(sighting, 'gen'), done(sighting, 'run')]).toEqual([1, 1])
    expect(sighting.attempts).toEqual([])
  })
})
