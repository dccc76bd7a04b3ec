import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, program, type Workplace } from './run-pvt.ts'

const count = 40
/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
  const folder = place.path('tree')
  const stamps = Array.from({ length: count }, (_, index) => `2024010112${String(index).padStart(2, '0')}`)
  makeDomain(folder, { config, stamp: stamps[0]!, seed: 1 })
  for (const [index, stamp] of stamps.entries()) makeBackup(folder, { stamp, seed: index })
  makeDomain(place.path('large'), {
    config: { mode: 'polo', '3rd_supply_swp': 'vccn_vcctx', postlay_cross_cornerlist: 'full' },
  })
})

afterAll(() => {
  place.remove()
})

interface Ended {
  stdout: string
  stderr: string
  code: number | null
  signal: NodeJS.Signals | null
}

/** Runs a command and sends it a signal: when it has answered something, or after some milliseconds. */
function interrupted(
  words: readonly string[],
  signal: NodeJS.Signals,
  after: 'answer' | number,
  db: string,
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...words, '--db', db], {
      env: place.env,
      cwd: place.path('work'),
    })
    let stdout = ''
    let stderr = ''
    let isSent = false
    const send = (): void => {
      if (!isSent) child.kill(signal)
      isSent = true
    }
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      if (after === 'answer') send()
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    if (after !== 'answer') setTimeout(send, after)
    child.on('error', fail)
    child.on('close', (code, by) => {
      done({ stdout, stderr, code, signal: by })
    })
  })
}

interface Job {
  status: string
  total_simulations: number
  stored_simulations: number
}

const jobsIn = (db: string): Promise<Job[]> => place.json<Job[]>(['history', '--db', db])

describe.each([
  ['SIGINT', 'interrupted', 130],
  ['SIGTERM', 'terminated', 143],
] as const)('%s', (signal, word, code) => {
  test.each(['table', 'json'])(
    'between backups (%s): what is stored stays, whole, and the rest follows later',
    async (format) => {
      const db = place.path(`${signal}-${format}.db`)
      const words = ['results', 'import', '--recursive', place.path('tree')]
      const ended = await interrupted([...words, '-f', format], signal, 'answer', db)
      expect([ended.code, ended.signal]).toEqual([code, null])
      const jobs = await jobsIn(db)
      expect(jobs.length).toBeGreaterThan(0)
      expect(jobs.length).toBeLessThan(count)
      const stay =
        jobs.length === 1 ? 'the job stored before it stays' : `${jobs.length} jobs stored before it stay`
      const told = new RegExp(`${word}: nothing of ${place.path('tree')}/00bkp_\\d{12} was stored; ${stay}`)
      expect(ended.stderr).toMatch(told)
      expect(ended.stderr.trim().split('\n')).toHaveLength(1)
      for (const job of jobs) expect(job).toMatchObject({ status: 'completed', stored_simulations: 16 })
      if (format === 'json') {
        expect(JSON.parse(ended.stdout)).toHaveLength(jobs.length)
        expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: word, exit_code: code } })
      }
      expect(await place.json([...words, '--db', db])).toHaveLength(count - jobs.length)
      expect(await place.json(['db', 'check', '--db', db])).toMatchObject({ sound: true })
    },
  )

  test.each([60, 120, 180, 300, 600])(
    '%i ms into the import of one large backup: all of it or nothing',
    async (ms) => {
      const db = place.path(`${signal}-${ms}.db`)
      const words = ['results', 'import', '--new', '--latest', place.path('large'), '-q']
      const ended = await interrupted(words, signal, ms, db)
      const jobs = await jobsIn(db)
      // Before the work begins and after it was stored a signal has its usual effect.
      if (ended.signal !== null) {
        expect(ended.signal).toBe(signal)
      } else if (ended.code !== 0) {
        expect([ended.code, ended.stderr, jobs]).toEqual([code, expect.stringContaining(word), []])
      }
      if (ended.code === 0) expect(jobs).toHaveLength(1)
      for (const job of jobs) expect(job).toMatchObject({ status: 'completed', stored_simulations: 488 })
    },
  )
})
