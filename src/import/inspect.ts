import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { configurationKeys } from '../domain/configuration.ts'
import { impliedPoints } from '../domain/matrix.ts'
import { pointName } from '../domain/point.ts'
import { PvtError } from '../errors.ts'
import { parseConfigFile } from '../parse/config-file.ts'
import { parseCornerReport, parseCornerReportName } from '../parse/corner-report.ts'
import { parseMeasureFile, recogniseMeasureFile } from '../parse/measure-file.ts'
import { parseSimulationLog } from '../parse/simulation-log.ts'
import { realPath } from './folder.ts'
import { inspectFolder } from './inspect-folder.ts'
import type { Inspection } from './inspection.ts'
import { pointOfPath } from './point-of-path.ts'
import { readTextFile } from './read-file.ts'
import { readCreport } from './read-creport.ts'

/**
 * Recognises a file by its content, a folder by its name, and reads it.
 *
 * @throws `file_not_found`, `file_error`, `bad_input` for something that is none of the flow's files.
 */
export async function inspectPath(path: string): Promise<Inspection> {
  const absolute = realPath(path)
  if (statSync(absolute).isDirectory()) return inspectFolder(absolute)
  const { text } = readTextFile(absolute)
  const inspect = inspectors.find(({ recognises }) => recognises(text, basename(absolute)))
  if (inspect !== undefined) return inspect.read(text, absolute)
  throw new PvtError(
    'bad_input',
    `${path}: ${lookOf(text)}`,
    'known: measure file, creport.txt, report_*.txt, config.cfg, simulation.log',
  )
}

interface Inspector {
  recognises: (text: string, name: string) => boolean
  read: (text: string, path: string) => Inspection
}

/** The more certain signs first. */
const inspectors: readonly Inspector[] = [
  { recognises: (text) => /^process\textract\ttemp\b/m.test(text), read: inspectCreport },
  {
    recognises: (text, name) => /^report_.*\.txt$/.test(name) || hasReportShape(text),
    read: inspectCornerReport,
  },
  { recognises: (text) => typeof recogniseMeasureFile(text) === 'string', read: inspectMeasureFile },
  {
    recognises: (text, name) => name === 'config.cfg' || parseConfigFile(text).knownKeys >= 3,
    read: inspectConfig,
  },
  { recognises: (text) => parseSimulationLog(text).simulator !== null, read: inspectSimulationLog },
]

/** A first line of a hundred fields: nothing else of the flow has it. */
const hasReportShape = (text: string): boolean => (text.split('\n', 1)[0] ?? '').split('\t').length >= 50

function lookOf(text: string): string {
  const recognised = recogniseMeasureFile(text)
  return typeof recognised === 'string' ? recognised : `not a file of the flow: ${recognised.refused}`
}

function inspectMeasureFile(text: string, path: string): Inspection {
  const file = parseMeasureFile(text)
  const { dialect, title, source, version, names, problems } = file
  const point = pointOfPath(path)
  return {
    value: {
      kind: 'measure file',
      path,
      dialect,
      title,
      source,
      version,
      param_count: file.paramCount,
      point: point && pointName(point),
      names,
      rows: file.rows.map((row) => row.values),
      problems,
    },
    fields: [
      ['kind', 'measure file'],
      ['dialect', dialect],
      ['title', title],
      ['written by', source === null ? null : `${source} ${version ?? ''}`.trim()],
      ['point', point && pointName(point)],
      ['names', names.length],
      ['rows', file.rows.length],
    ],
    table: {
      names,
      rows: file.rows.map(({ values, texts }) =>
        Object.fromEntries(names.map((name, index) => [name, values[index] ?? texts[index] ?? null])),
      ),
    },
  }
}

function inspectCreport(text: string, path: string): Inspection {
  const creport = readCreport({ path, text })
  const { supplies, rails, names, problems } = creport
  const rows = creport.rows.map(({ point, alter_number, sweep, measurements, failed }) => ({
    point: pointName(point),
    alter_number,
    sweep,
    measurements,
    failed,
  }))
  return {
    value: { kind: 'creport', path, supplies, rails, names, rows, problems },
    fields: [
      ['kind', 'creport'],
      ...Object.entries(supplies),
      ...Object.entries(rails),
      ['measurements', names.length],
      ['rows', rows.length],
      ['points', new Set(rows.map(({ point }) => point)).size],
    ],
    table: { names: ['point', ...names], rows: rows.map((row) => flatRow(row)) },
  }
}

function inspectCornerReport(text: string, path: string): Inspection {
  const { names, rows, simulationFailed, problems } = parseCornerReport(text)
  const point = parseCornerReportName(basename(path))
  const shown = rows.map(({ alter_number, sweep, measurements, failed }) => ({
    point: point === null ? '' : pointName(point),
    alter_number,
    sweep,
    measurements,
    failed,
  }))
  return {
    value: {
      kind: 'corner report',
      path,
      point: point && pointName(point),
      simulation_failed: simulationFailed,
      names,
      rows: shown,
      problems,
    },
    fields: [
      ['kind', 'corner report'],
      ['point', point && pointName(point)],
      ['simulation', simulationFailed ? 'failed: there are no values' : 'has values'],
      ['measurements', names.length],
      ['rows', rows.length],
    ],
    table: { names, rows: shown.map((row) => flatRow(row)) },
  }
}

function flatRow(row: {
  point: string
  measurements: Record<string, number | null>
  failed: Record<string, string>
}): Record<string, unknown> {
  return { ...row.measurements, ...row.failed, point: row.point }
}

function inspectConfig(text: string, path: string): Inspection {
  const { configuration, problems } = parseConfigFile(text)
  const points = impliedPoints(configuration).map(pointName)
  return {
    value: {
      kind: 'config',
      path,
      configuration,
      total_simulations: points.length,
      points,
      warnings: problems,
      problems,
    },
    fields: [
      ['kind', 'config'],
      ...configurationKeys.map(({ key, field }) => [key, configuration[field]] as const),
      ['PVT points', points.length],
    ],
    table: { names: ['point'], rows: points.map((point) => ({ point })) },
  }
}

function inspectSimulationLog(text: string, path: string): Inspection {
  const log = parseSimulationLog(text)
  const facts = {
    simulator: log.simulator,
    simulator_version: log.version,
    success: log.success,
    elapsed_seconds: log.elapsedSeconds,
    cpu_seconds: log.cpuSeconds,
    peak_memory_mb: log.peakMemoryMb,
    measures: log.measures,
    started_at_local: log.startedAt,
    working_directory: log.workingDirectory,
    point: log.point && pointName(log.point),
    warnings: log.warnings,
  }
  return {
    value: { kind: 'simulation log', path, ...facts, problems: [] },
    fields: [['kind', 'simulation log'], ...Object.entries(facts)],
    table: { names: [], rows: [] },
  }
}
