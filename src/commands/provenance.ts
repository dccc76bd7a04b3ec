import { pointName } from '../domain/point.ts'
import type { MeasurementOrigin, OtherSource } from '../domain/provenance.ts'
import { type Cell, type Column, localTime } from '../render/index.ts'
import type { ImportRecord } from '../store/imports.ts'
import type { StoredResult } from '../store/results.ts'
import { shortId, toCell } from './shared.ts'

/** Where a result comes from; the keys are those of `results show --provenance --json`. */
export interface ShownProvenance {
  point: string
  alter_number: number
  row_number: number
  source: string
  mt0_file_path: string
  /** 1-based; null for a result that an earlier version stored. */
  source_line: number | null
  import_id: string | null
  imported_at: string | null
  imported_by: string | null
  program_version: string | null
  /** Of the file, as it was when it was imported. */
  sha256: string | null
  other_sources: readonly OtherSource[]
  /** Measurements that come from another source than the row. */
  measurement_sources: Readonly<Record<string, MeasurementOrigin>>
  /** Set where the file has fewer values than names: some stand under wrong names. */
  doubtful?: true
}

/** `imports`: those of the job. */
export function showProvenance(
  results: readonly StoredResult[],
  imports: readonly ImportRecord[],
): ShownProvenance[] {
  const byId = new Map(imports.map((record) => [record.import_id, { record, digests: digestsOf(record) }]))
  return results.map((result) => {
    const brought = result.import_id === null ? undefined : byId.get(result.import_id)
    return {
      point: pointName(result),
      alter_number: result.alter_number,
      row_number: result.row_number,
      source: result.source,
      mt0_file_path: result.mt0_file_path,
      source_line: result.source_line,
      import_id: result.import_id,
      imported_at: brought?.record.imported_at ?? null,
      imported_by: brought?.record.imported_by ?? null,
      program_version: brought?.record.program_version ?? null,
      sha256: brought?.digests.get(result.mt0_file_path) ?? null,
      other_sources: result.other_sources,
      measurement_sources: Object.fromEntries(
        Object.entries(result.measurement_sources).map(([name, origin]) => [
          name,
          { ...origin, import_id: origin.import_id ?? result.import_id },
        ]),
      ),
      ...(result.doubtful === true ? { doubtful: true } : {}),
    }
  })
}

const digestsOf = ({ files }: ImportRecord): Map<string, string> =>
  new Map(files.map(({ path, sha256 }) => [path, sha256]))

const plain = (key: keyof ShownProvenance): Column<ShownProvenance> => ({
  key,
  value: (row): Cell => toCell(row[key]),
})

/** The columns of CSV: the keys of the JSON. */
export const provenanceCsv: readonly Column<ShownProvenance>[] = (
  [
    ...([
      'point',
      'alter_number',
      'row_number',
      'source',
      'mt0_file_path',
      'source_line',
      'import_id',
    ] as const),
    ...(['imported_at', 'imported_by', 'program_version', 'sha256'] as const),
    ...(['other_sources', 'measurement_sources'] as const),
  ] as const
).map(plain)

/** The table for people. The alter and row numbers show only where there is more than one. */
export function provenanceTable(rows: readonly ShownProvenance[]): Column<ShownProvenance>[] {
  const alters = rows.some((row) => row.alter_number !== 1)
  const numbers = rows.some((row) => row.row_number !== 1)
  return [
    { key: 'point', value: ({ point }) => point },
    ...(alters ? [{ ...plain('alter_number'), title: 'ALTER', align: 'right' as const }] : []),
    ...(numbers ? [{ ...plain('row_number'), title: 'ROW', align: 'right' as const }] : []),
    { key: 'source', value: ({ source, doubtful }) => (doubtful === true ? `${source} (doubtful)` : source) },
    {
      key: 'file',
      value: ({ mt0_file_path, source_line }) =>
        source_line === null ? mt0_file_path : `${mt0_file_path}:${source_line}`,
    },
    { key: 'others', value: othersText },
    { key: 'import', value: ({ import_id }) => import_id && shortId(import_id) },
    {
      key: 'imported_at',
      title: 'WHEN',
      value: ({ imported_at }) => imported_at,
      text: ({ imported_at }) => localTime(imported_at),
    },
    { key: 'imported_by', title: 'BY', value: ({ imported_by }) => imported_by },
    { key: 'program_version', title: 'VERSION', value: ({ program_version }) => program_version },
    { key: 'sha256', value: ({ sha256 }) => sha256 && sha256.slice(0, 12) },
  ]
}

/** `report agrees, creport differs; power from creport`. */
function othersText({ other_sources, measurement_sources }: ShownProvenance): string {
  const others = other_sources.map(({ source, agrees }) => `${source} ${agrees ? 'agrees' : 'differs'}`)
  const taken = Object.entries(measurement_sources).map(([name, { source }]) => `${name} from ${source}`)
  return [others.join(', '), taken.join(', ')].filter((text) => text !== '').join('; ')
}
