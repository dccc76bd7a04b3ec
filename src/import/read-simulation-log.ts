import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pointName, type PvtPoint } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import { PvtError } from '../errors.ts'
import { parseSimulationLog, type SimulationLog } from '../parse/simulation-log.ts'
import type { SimulationLogRecord } from '../store/simulation-logs.ts'
import type { FoundFiles } from './find-files.ts'
import { readTextFile } from './read-file.ts'

export interface SimulationLogs {
  logs: SimulationLogRecord[]
  problems: FileProblem[]
}

/** Reads the simulation.log that a backup may hold; nothing for anything but a backup. */
export function readSimulationLogs(found: Pick<FoundFiles, 'kind' | 'path'>): SimulationLogs {
  const read: SimulationLogs = { logs: [], problems: [] }
  if (found.kind !== 'backup') return read
  for (const folder of [found.path, join(found.path, 'report')]) {
    const path = join(folder, 'simulation.log')
    if (!existsSync(path)) continue
    try {
      const log = parseSimulationLog(readTextFile(path).text)
      read.logs.push(simulationLogRecord(path, log, log.point))
    } catch (error) {
      if (!(error instanceof PvtError)) throw error
      read.problems.push({ file: path, line: null, level: 'error', message: error.message })
    }
  }
  return read
}

/** What the log of a simulation of `point` says, as a row of the database. */
export function simulationLogRecord(
  path: string,
  log: SimulationLog,
  point: PvtPoint | null,
): SimulationLogRecord {
  return {
    log_path: path,
    point: point && pointName(point),
    simulator: log.simulator,
    simulator_version: log.version,
    success: log.success,
    started_at_local: log.startedAt,
    elapsed_seconds: log.elapsedSeconds,
    cpu_seconds: log.cpuSeconds,
    peak_memory_mb: log.peakMemoryMb,
    measures: log.measures,
    warnings: log.warnings,
    working_directory: log.workingDirectory,
  }
}
