import { type PvtPoint, toPoint } from '../domain/point.ts'
import { parseNumber } from './number.ts'
import { splitLines } from './text.ts'

/** What a simulation's log tells; null for what it does not say. */
export interface SimulationLog {
  /** As config.cfg spells it: `primesim`, `finesim`. */
  simulator: string | null
  /** `W-2024.09-SP1`; as the simulator's first lines spell it. */
  version: string | null
  /** Whether the simulator said that it completed. */
  success: boolean
  elapsedSeconds: number | null
  cpuSeconds: number | null
  peakMemoryMb: number | null
  /** How many measures the simulator found in the netlist. */
  measures: number | null
  /** Local time without a zone, as it stands: `Mon Jun 16 12:26:48 2025`. */
  startedAt: string | null
  workingDirectory: string | null
  /** The point that the working directory belongs to. */
  point: PvtPoint | null
  /** Lines that begin `WARNING!`. */
  warnings: number
}

/**
 * Reads a simulation.log of PrimeSim or FineSim; where it says something twice, the later counts. A log that the
 * end of the file cut gives no cut numbers. Source: formats.md, section 8.
 */
export function parseSimulationLog(text: string): SimulationLog {
  const found = new Map<Fact, string>()
  let warnings = 0
  for (const line of splitLines(text)) {
    if (line.text.startsWith('WARNING!')) warnings += 1
    for (const { fact, pattern } of patterns) {
      const value = pattern.exec(line.text)?.[1]
      if (value === undefined) continue
      // The simulator's own version stands above those of the models and libraries that it reads.
      if (fact === 'version' && found.has('version')) continue
      // A completed simulation is one even when its log was cut behind these words.
      if (line.terminated || fact === 'completed') found.set(fact, value.trim())
    }
  }
  const number = (fact: Fact): number | null => parseNumber(found.get(fact) ?? '')
  const workingDirectory = found.get('workingDirectory') ?? null
  return {
    simulator: (found.get('completed') ?? found.get('simulator'))?.toLowerCase() ?? null,
    version: found.get('version') ?? null,
    success: found.has('completed'),
    elapsedSeconds: number('elapsed'),
    cpuSeconds: number('cpu'),
    peakMemoryMb: number('memory'),
    measures: number('measures'),
    startedAt: found.get('startedAt') ?? null,
    workingDirectory,
    point: workingDirectory === null ? null : pointOfFolder(workingDirectory),
    warnings,
  }
}

/**
 * What two parts of one log tell together, cut between two lines: where both say something the later counts, but for
 * the version, as in the log as a whole.
 */
export function mergeSimulationLogs(earlier: SimulationLog, later: SimulationLog): SimulationLog {
  const completed = later.success || !earlier.success ? later : earlier
  return {
    simulator: completed.simulator ?? earlier.simulator ?? later.simulator,
    version: earlier.version ?? later.version,
    success: earlier.success || later.success,
    elapsedSeconds: later.elapsedSeconds ?? earlier.elapsedSeconds,
    cpuSeconds: later.cpuSeconds ?? earlier.cpuSeconds,
    peakMemoryMb: later.peakMemoryMb ?? earlier.peakMemoryMb,
    measures: later.measures ?? earlier.measures,
    startedAt: later.startedAt ?? earlier.startedAt,
    workingDirectory: later.workingDirectory ?? earlier.workingDirectory,
    point: later.point ?? earlier.point,
    warnings: earlier.warnings + later.warnings,
  }
}

type Fact = (typeof patterns)[number]['fact']

const patterns = [
  { fact: 'completed', pattern: /\b(PrimeSim|FineSim) Successfully Completed at\b/ },
  { fact: 'simulator', pattern: /\b(PrimeSim|FineSim)\b/ },
  { fact: 'version', pattern: /\bversion(?:\s*[:=])?\s*([A-Z]-\d{4}\.\d\d[\w.-]*|\d{4}\.\d\d[\w.-]*)/i },
  { fact: 'elapsed', pattern: /Total elapsed time:\s*(\S+)\s+seconds/ },
  { fact: 'cpu', pattern: /Total CPU time:\s*(\S+)\s+seconds/ },
  { fact: 'memory', pattern: /Total memory usage:.{0,200}?\bpeak=\s*(\S+)\s+MB/ },
  { fact: 'measures', pattern: /#\s*measures\s*:\s*(\d+)\s*$/ },
  { fact: 'startedAt', pattern: /\bStarted at(\s.+)/ },
  { fact: 'workingDirectory', pattern: /^\s*Working Directory:(.+)/ },
] as const

/** `…/<corner>/<extraction>/<extraction>_<temperature>/<voltage>`. */
function pointOfFolder(folder: string): PvtPoint | null {
  const [corner, extraction, place, voltageCombo] = folder
    .split('/')
    .filter((part) => part !== '')
    .slice(-4)
  if (corner === undefined || extraction === undefined || place === undefined || voltageCombo === undefined) {
    return null
  }
  if (!place.startsWith(`${extraction}_`) || !/^v1[a-z]/.test(voltageCombo)) return null
  return toPoint(corner, extraction, place.slice(extraction.length + 1), voltageCombo)
}
