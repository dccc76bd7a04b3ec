import { bookkeepingNames, type MeasuredRow } from '../domain/measurement.ts'
import { parseAlterNumber } from './alter-number.ts'
import { readHspiceDefault } from './hspice-measure.ts'
import { readHspiceMeasform1 } from './hspice-measform1.ts'
import { readHspiceMeasform3 } from './hspice-measform3.ts'
import { type MeasureDialect, recogniseMeasureFile } from './measure-dialect.ts'
import { emptyTable, error, type MeasureTable } from './measure-table.ts'
import { readNameValue } from './name-value-measure.ts'
import { readQspice } from './qspice-measure.ts'
import { readSpectreLog } from './spectre-log.ts'
import { readSpectreHorizontal } from './spectre-measure.ts'
import { readTspice } from './tspice-measure.ts'
import { readXyce } from './xyce-measure.ts'

export { type MeasureDialect, recogniseMeasureFile } from './measure-dialect.ts'
export type { MeasureTable, MeasureTableRow } from './measure-table.ts'

/** A measure file as it stands; `toMeasuredRows` gives its meaning. */
export interface MeasureFile extends MeasureTable {
  /** Null when the text is no measure file; `problems` then says what it looks like. */
  dialect: MeasureDialect | null
}

/**
 * Reads a measure file of any dialect, recognised by content. What could not be read is in `problems`; a
 * dialect without a reader is one of them. Formats: measure-files.md.
 */
export function parseMeasureFile(text: string): MeasureFile {
  const dialect = recogniseMeasureFile(text)
  if (typeof dialect !== 'string')
    return { dialect: null, ...unread(`not a measure file: ${dialect.refused}`) }
  const reader = readers[dialect]
  return { dialect, ...(typeof reader === 'string' ? unread(reader) : reader(text)) }
}

/**
 * The rows of a measure file as measurements: sweep variables and bookkeeping apart, failed values with their
 * text. `alter_number` is 1 and `temper` (°C) null where the file has none.
 */
export function toMeasuredRows(file: MeasureFile): MeasuredRow[] {
  const columns = file.names.map((name, index) => ({ name, index }))
  const isSweep = (name: string): boolean => name === 'index' || file.sweepNames.includes(name)
  const sweep = columns.filter(({ name }) => isSweep(name))
  const measured = columns.filter(({ name }) => !isSweep(name) && !bookkeepingNames.includes(name))
  const alter = file.names.indexOf('alter#')
  const temper = file.names.indexOf('temper')
  return file.rows.map(({ line, values, texts }) => ({
    line,
    alter_number: parseAlterNumber(String(values[alter] ?? '')) ?? 1,
    temper: values[temper] ?? null,
    sweep: Object.fromEntries(sweep.map(({ name, index }) => [name, values[index] ?? texts[index] ?? ''])),
    measurements: Object.fromEntries(measured.map(({ name, index }) => [name, values[index] ?? null])),
    failed: Object.fromEntries(
      measured
        .filter(({ index }) => values[index] == null)
        .map(({ name, index }) => [name, texts[index] ?? '']),
    ),
  }))
}

/**
 * A dialect's reader, or what to say while it has none. A new dialect is a file of its own and a line here.
 */
const readers: Record<MeasureDialect, ((text: string) => MeasureTable) | string> = {
  'hspice-default': readHspiceDefault,
  'hspice-default-headerless':
    'the names are missing: the file begins with values, and nothing tells what they are',
  'hspice-measform1': readHspiceMeasform1,
  'hspice-measform3-csv': readHspiceMeasform3,
  'spectre-mt-horizontal': readSpectreHorizontal,
  'spectre-measure-log': readSpectreLog,
  xyce: readXyce,
  'qspice-meas': readQspice,
  'tspice-measure': readTspice,
  'name-value': readNameValue,
}

const unread = (message: string): MeasureTable => ({ ...emptyTable(), problems: [error(null, message)] })
