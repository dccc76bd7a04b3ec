import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { PvtError, usageError } from '../errors.ts'
import { deliveryLines } from '../import/deliver.ts'
import { readSpool, removeChange, type SpooledChange } from '../import/spool.ts'
import { type Column, localTime, renderTable } from '../render/index.ts'
import { confirmOrRefuse } from './confirm.ts'
import { type Act, addExamples, counted, fieldColumns, shortId } from './shared.ts'

export function defineSpoolList(group: Command, act: Act): void {
  const command = group
    .command('list')
    .description(
      'Lists the changes that were made with --best-effort while their database was away, and those that a database refused. The database is not asked.',
    )
    .action(act(runSpoolList))
  addExamples(command, 'spool list', 'spool list --json')
}

export async function runSpoolList(context: Context): Promise<void> {
  const rows = readSpool(context.settings.spool).map(toRow)
  await context.print({
    value: rows,
    columns: fieldColumns<Row>(Object.keys(rows[0] ?? {})),
    rows,
    table: (style) => renderTable(columns, rows, style),
  })
}

type Row = ReturnType<typeof toRow>

const toRow = ({ path, change, refusal }: SpooledChange) => ({
  change_id: change?.change_id ?? null,
  at: change?.at ?? null,
  state: refusal === null ? 'waiting' : 'refused',
  words: change?.words ?? [],
  job: change?.job ?? null,
  user: change?.user ?? null,
  host: change?.host ?? null,
  cwd: change?.cwd ?? null,
  database: change?.database ?? null,
  refusal,
  path,
})

const columns: Column<Row>[] = [
  { key: 'change', value: (row) => (row.change_id === null ? null : shortId(row.change_id)) },
  { key: 'at', value: (row) => localTime(row.at) },
  { key: 'state', value: (row) => row.state, paint: (row) => (row.refusal === null ? null : 'red') },
  { key: 'command', value: ({ words }) => words.filter((word) => !word.startsWith('{')).join(' ') },
  { key: 'folder', value: (row) => row.cwd },
  { key: 'database', value: (row) => row.database },
  { key: 'refused', value: (row) => row.refusal },
]

export function defineSpoolFlush(group: Command, act: Act): void {
  const command = group
    .command('flush')
    .description(
      'Delivers all changes that wait for the database, oldest first, each once. What the database refuses is put aside and shown by `pvt spool list`; then the exit code is 4.',
    )
    .action(act(runSpoolFlush))
  addExamples(command, 'spool flush')
}

export async function runSpoolFlush(context: Context): Promise<void> {
  const delivery = await context.deliver()
  const { delivered, parked } = delivery
  for (const line of deliveryLines({ ...delivery, delivered: [] })) context.report(line)
  if (parked.length > 0) context.exitWith(4)
  await context.print({
    value: { delivered: delivered.length, parked },
    columns: fieldColumns(['delivered', 'parked']),
    rows: [{ delivered: delivered.length, parked }],
    table: () => `${counted(delivered.length, 'change')} delivered, ${parked.length} put aside\n`,
  })
}

interface DropOptions {
  parked?: boolean
  yes?: boolean
}

export function defineSpoolDrop(group: Command, act: Act): void {
  const command = group
    .command('drop')
    .description(
      'Throws changes of the spool away, undelivered: those that are named, or with --parked the refused ones.',
    )
    .argument('[change...]', 'ids of changes, or their beginnings')
    .option('--parked', 'all that a database refused')
    .option('--yes', 'do not ask')
    .action(act(runSpoolDrop))
  addExamples(command, 'spool drop --parked', 'spool drop 5f0c --yes')
}

export async function runSpoolDrop(
  context: Context,
  ids: readonly string[],
  options: DropOptions,
): Promise<void> {
  if (ids.length === 0 && options.parked !== true)
    throw usageError('nothing was named to drop', 'name changes (see: pvt spool list), or --parked')
  const spooled = readSpool(context.settings.spool)
  const named = ids.map((id) => theOne(spooled, id))
  const refused = options.parked === true ? spooled.filter((one) => one.refusal !== null) : []
  const doomed = new Set([...named, ...refused])
  await confirmOrRefuse(context, `Throw ${counted(doomed.size, 'spooled change')} away?`, options.yes)
  for (const one of doomed) removeChange(one)
  await context.print({
    value: { dropped: doomed.size },
    columns: fieldColumns(['dropped']),
    rows: [{ dropped: doomed.size }],
    table: () => `${counted(doomed.size, 'change')} dropped\n`,
  })
}

function theOne(spooled: readonly SpooledChange[], id: string): SpooledChange {
  const found = spooled.filter(({ change }) => change?.change_id.startsWith(id) === true)
  if (found.length > 1) throw usageError(`'${id}' is ambiguous`, 'give more characters')
  if (found[0] !== undefined) return found[0]
  throw new PvtError('file_not_found', `there is no spooled change ${id}`, 'see: pvt spool list')
}
