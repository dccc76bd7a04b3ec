import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { type Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { processStart } from '../../src/store/process-identity.ts'
import { makeStandInFlow, type StandInFlow, type StandInFlowOptions } from '../fixtures/stand-in-flow.ts'
import { openWorkplace, program, type Run, type Workplace } from './run-pvt.ts'

/** A process that goes on while a test does something else. */
export interface Started {
  pid: number
  /** What it has said so far. */
  said: () => Pick<Run, 'stdout' | 'stderr'>
  kill: (signal: NodeJS.Signals) => void
  ended: Promise<Run & { signal: NodeJS.Signals | null }>
}

/** The view of a job, as far as these tests look at it. */
export interface JobView {
  job_id: string
  status: string
  created_at: string
  started_at: string | null
  completed_at: string | null
  current_stage: string | null
  error_message: string | null
  error_stage: string | null
  backup_path: string | null
  total_simulations: number | null
  stored_simulations: number
  successful_simulations: number
  failed_simulations: number
  user: string
  stages: {
    stage: string
    attempt: number
    status: string
    started_at: string | null
    finished_at: string | null
  }[]
}

/** A workplace with a domain folder in which a stand-in of the flow lies. */
export interface FlowPlace extends Workplace {
  domain: string
  /** Writes the stand-in. */
  flow: (options?: StandInFlowOptions) => StandInFlow
  /** Starts pvt in the domain folder. */
  start: (args: readonly string[], env?: Record<string, string>) => Started
  /** Starts something else there, with the same clean environment. */
  startOther: (command: readonly string[], env?: Record<string, string>) => Started
  job: (reference?: string) => Promise<JobView>
  /** Runs `work` while nobody else can write into the database. */
  away: (work: () => Promise<void>) => Promise<void>
}

/** Runs a suite on both engines. `place` is another one for each test: read it inside tests only. */
export function onEachEngine(subject: string, tests: (place: FlowPlace) => void): void {
  describe.each(eachEngine)(`${subject} on $name`, ({ make }) => {
    const place = {} as FlowPlace
    let fresh: FreshDatabase
    beforeEach(async () => {
      fresh = await make()
      Object.assign(place, openFlowPlace(fresh))
      expect((await place.pvt(['db', 'migrate'])).code).toBe(0)
    })
    afterEach(async () => {
      place.remove()
      await fresh.drop()
    })
    tests(place)
  })
}

export function openFlowPlace({ name, location }: FreshDatabase): FlowPlace {
  const place = openWorkplace(name)
  place.env.PVT_SPOOL = place.path('spool')
  const domain = place.path('gpio')
  mkdirSync(domain)
  const started: Started[] = []
  const startOther: FlowPlace['startOther'] = (command, env) => {
    const process = start(command, { cwd: domain, env: { ...place.env, ...env } })
    started.push(process)
    return process
  }
  let holder: Database | null = null
  return {
    ...place,
    domain,
    flow: (options) => makeStandInFlow(domain, options),
    startOther,
    start: (args, env) => startOther([process.execPath, program, ...args], env),
    job: (reference = '@latest') => place.json<JobView>(['job', 'status', reference]),
    away: async (work) => {
      holder = await openDatabase(location)
      const held = holder
      try {
        await held.transaction(async () => {
          await held.query("insert into delivered_changes values ('a lock', '2026')")
          if (held.dialect === 'postgres') await held.query('lock table jobs, delivered_changes')
          await work()
          await held.query("delete from delivered_changes where change_id = 'a lock'")
        })
      } finally {
        await held.close()
      }
    },
    remove: () => {
      for (const { kill } of started) kill('SIGKILL')
      place.remove()
    },
  }
}

function start(
  [command, ...args]: readonly string[],
  options: { cwd: string; env: Record<string, string> },
): Started {
  const child: ChildProcess = spawn(command!, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (chunk: string) => (said[name] += chunk))
  return {
    pid: child.pid!,
    said: () => said,
    kill: (signal) => void child.kill(signal),
    ended: new Promise((fulfil) => {
      child.on('close', (code, signal) => {
        fulfil({ ...said, code, signal })
      })
    }),
  }
}

/** Waits until something is so. @throws when it is not so within 20 s, with what was seen last. */
export async function until<Value>(
  look: () => Promise<Value> | Value,
  isSo: (value: Value) => boolean,
): Promise<Value> {
  for (let waited = 0; ; waited += 50) {
    const value = await look()
    if (isSo(value)) return value
    if (waited > 20_000) throw new Error(`it did not come to pass: ${JSON.stringify(value)}`)
    await sleep(50)
  }
}

/** Whether a process runs. One that was killed may stand in the table until its parent asks for it. */
export const isThere = (pid: number): boolean => {
  const start = processStart(pid)
  return start !== null && !start.endsWith(':ended')
}
