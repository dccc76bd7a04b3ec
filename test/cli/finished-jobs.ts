import { mkdirSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Workplace } from './run-pvt.ts'

const day = 86_400_000

/** A job in a state that it came to so many days ago; other arguments are those of `job create`. */
export async function makeJob(
  place: Workplace,
  name: string,
  { state = 'completed', days = 400, domain = 'work', args = [] as readonly string[] } = {},
): Promise<string> {
  mkdirSync(place.path(domain), { recursive: true })
  const id = await place.create(['--name', name, '-d', place.path(domain), ...args])
  const steps = state === 'completed' ? ['running', 'completed'] : state === 'queued' ? [] : [state]
  for (const step of steps) await place.pvt(['job', 'status', id, step])
  const db = new Sqlite(place.db)
  // Long runs are created long before they end; the age is that of the end.
  db.prepare('update jobs set created_at = ? where job_id = ?').run('2020-01-01T00:00:00.000Z', id)
  if (state !== 'queued' && state !== 'running') {
    const time = new Date(Date.now() - days * day).toISOString()
    db.prepare('update jobs set completed_at = ? where job_id = ?').run(time, id)
  }
  db.close()
  return id
}

/** Adds so many results to a job, as a sweep at one point has them. */
export function addRows(place: Workplace, jobId: string, rows: number): void {
  const db = new Sqlite(place.db)
  const insert = db.prepare(
    `insert into results (result_id, job_id, corner, extraction, temperature, temperature_c, voltage_combo,
        alter_number, row_number, sweep_json, measurements_json, failed_json, status, source, mt0_file_path, created_at)
      values (?, ?, 'TT', 'typical', '85', 85, 'v1nom', 1, ?, '{}', ?, '{}', 'ok', 'measure', '/m', '2026-01-01')`,
  )
  const measurements = JSON.stringify({ delay: 1.5e-12, text: 'x'.repeat(400) })
  db.transaction(() => {
    for (let row = 1; row <= rows; row += 1) insert.run(`${jobId}-${row}`, jobId, row, measurements)
  })()
  db.close()
}
