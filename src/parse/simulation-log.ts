import { type PvtPoint, toPoint } from '../domain/point.ts'
import { parseNumber } from './number.ts'
import { splitLines } from './text.ts'

/** What a simulation's log tells; null for what it does not say. */
export interface SimulationLog {
  /** As config.cfg spells it: `primesim`, `finesim`; of the others `hspice`, `spectre`, `xyce`. */
  simulator: string | null
  /** `W-2024.09-SP1`, `21.1.0.389.isr8`; as the simulator's first lines spell it. */
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
  /** Lines that begin a warning: `WARNING!`, HSPICE's `**warning**`, Spectre's `WARNING (…)`. */
  warnings: number
}

/**
 * Reads the log of a simulation; where it says something twice, the later counts. A log that the end of the file cut
 * gives no cut numbers. Source: for PrimeSim and FineSim formats.md, section 8; for HSPICE (a listing of 2021.09),
 * Spectre (12.1) and Xyce (7.10) logs that people have published.
 */
export function parseSimulationLog(text: string): SimulationLog {
  const found = new Map<Fact, string>()
  let warnings = 0
  for (const line of splitLines(text)) {
    if (warningLine.test(line.text)) warnings += 1
    for (const { fact, pattern } of patterns) {
      const value = pattern.exec(line.text)?.[1]
      if (value === undefined) continue
      // The simulator's own name and version stand above a title that names another, and the versions of models.
      if ((fact === 'version' || fact === 'simulator') && found.has(fact)) continue
      // A completed simulation is one even when its log was cut behind these words.
      if (line.terminated || fact === 'completed') found.set(fact, value.trim())
    }
  }
  const number = (fact: Fact): number | null => inOurUnit(found.get(fact) ?? '')
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
 * the simulator and its version, as in the log as a whole.
 */
export function mergeSimulationLogs(earlier: SimulationLog, later: SimulationLog): SimulationLog {
  return {
    simulator: later.success ? later.simulator : (earlier.simulator ?? later.simulator),
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
  { fact: 'completed', pattern: /\*{5} (hspice) job concluded/ },
  { fact: 'completed', pattern: /^(spectre) completes with 0 errors\b/ },
  { fact: 'completed', pattern: /^\*{5} End of (Xyce)\(TM\) Simulation/ },
  // Since 2021 HSPICE says `PrimeSim HSPICE -- S-2021.09`: it is the same program.
  { fact: 'simulator', pattern: /\b(HSPICE) -- / },
  { fact: 'simulator', pattern: /\b(PrimeSim|FineSim)\b/ },
  { fact: 'simulator', pattern: /^Cadence \(R\).*\b(Spectre) \(R\) Circuit Simulator/ },
  { fact: 'simulator', pattern: /^\*{5} This is version (Xyce)/ },
  { fact: 'version', pattern: /\bversion(?:\s*[:=])?\s*([A-Z]-\d{4}\.\d\d[\w.-]*|\d{4}\.\d\d[\w.-]*)/i },
  { fact: 'version', pattern: /\bHSPICE -- (\S+)/ },
  { fact: 'version', pattern: /^Version (\d+\.\d+\.\S+)/ },
  { fact: 'version', pattern: /^\*{5} This is version Xyce\w* Release (\S+)/ },
  { fact: 'elapsed', pattern: /Total elapsed time:\s*(\S+)\s+seconds/ },
  { fact: 'elapsed', pattern: /^\s*total elapsed time\s+(\S+)\s+seconds/ },
  { fact: 'elapsed', pattern: /^Time accumulated:.*\belapsed = (\S+ \w+)/ },
  { fact: 'elapsed', pattern: /^\*{5} Total Elapsed Run Time:\s+(\S+) seconds/ },
  { fact: 'cpu', pattern: /Total CPU time:\s*(\S+)\s+seconds/ },
  { fact: 'cpu', pattern: /^\s*total cpu time\s+(\S+)\s+seconds/ },
  { fact: 'cpu', pattern: /^Time accumulated: CPU = (\S+ \w+)/ },
  { fact: 'memory', pattern: /Total memory usage:.{0,200}?\bpeak=\s*(\S+)\s+MB/ },
  { fact: 'memory', pattern: /^\s*peak memory used\s+(\S+)\s+megabytes/ },
  { fact: 'memory', pattern: /^Peak resident memory used = (\S+ \w+)/ },
  { fact: 'measures', pattern: /#\s*measures\s*:\s*(\d+)\s*$/ },
  { fact: 'startedAt', pattern: /\bStarted at(\s.+)/ },
  { fact: 'startedAt', pattern: /^\s*Start time:(\s.+)/ },
  { fact: 'workingDirectory', pattern: /^\s*Working Directory:(.+)/ },
  { fact: 'workingDirectory', pattern: /^Current working directory: (.+?)\.?$/ },
] as const

const warningLine = /^(?:WARNING!|\s*\*\*warning\*\*|\s+WARNING \(|Netlist warning\b)/

/** Spectre writes times and sizes with a unit of its choice: `449.93 ms`, `1.2 Gbytes`; the others seconds and MB. */
function inOurUnit(text: string): number | null {
  const [number = '', unit] = text.split(' ')
  const value = parseNumber(number)
  if (value === null || unit === undefined) return value
  const factor = factors.get(unit)
  return factor === undefined ? null : Number((value * factor).toPrecision(12))
}

const factors: ReadonlyMap<string, number> = new Map([
  ...([
    ['ns', 1e-9],
    ['us', 1e-6],
    ['ms', 1e-3],
    ['s', 1],
    ['ks', 1e3],
    ['Ms', 1e6],
  ] as const),
  ...([
    ['Kbytes', 1e-3],
    ['Mbytes', 1],
    ['Gbytes', 1e3],
  ] as const),
])

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
