import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes, PvtError } from '../errors.ts'
import { type Column, renderTable } from '../render/index.ts'
import type { Finding } from '../store/check-files.ts'
import { damageIn, markDamaged, removeMark, salvageAdvice } from '../store/damage.ts'
import { checkDatabase } from '../store/maintenance.ts'
import { type Repair, repairDatabase } from '../store/repair.ts'
import { type Act, addExamples, counted, shortId } from './shared.ts'

export function defineDbCheck(group: Command, act: Act): void {
  const command = group
    .command('check')
    .description(
      'Checks pages, foreign keys, migrations and the counts that must agree. Exit code 5 when something is wrong. --repair saves a copy, then mends what can be derived again: indexes, rows of no job, counts, summaries.',
    )
    .option('--full', 'compute the summaries of all jobs anew and compare them, too')
    .option('--repair', 'mend what can be derived again, after saving a copy')
    .action(act(runDbCheck))
  addExamples(command, 'db check --full', 'db check --repair')
}

interface CheckOptions {
  full?: boolean
  repair?: boolean
}

export async function runDbCheck(context: Context, options: CheckOptions): Promise<void> {
  if (options.repair === true) return runRepair(context)
  const db = await context.database()
  const findings = await checkDatabase(db, options)
  if (db.dialect === 'sqlite') rememberPages(context, db.location, findings)
  if (findings.length > 0) context.exitWith(exitCodes.database_corrupt)
  const line =
    findings.length === 0 ? `${db.location} is sound\n` : `${counted(findings.length, 'finding')}\n`
  await context.print({
    value: { location: db.location, sound: findings.length === 0, findings },
    columns: findingColumns,
    rows: findings,
    table: async (style) =>
      (findings.length === 0 ? '' : await renderTable(findingColumns, findings, style)) + line,
  })
}

/** A file with damaged pages is written no more until a check finds them sound. */
function rememberPages(context: Context, path: string, findings: readonly Finding[]): void {
  const damage = findings.find(({ kind }) => kind === 'integrity')
  if (damage !== undefined) {
    markDamaged(path, damage.message)
    context.inform(`nothing is written into it any more; pvt db check --repair, or ${salvageAdvice(path)}`)
  } else if (damageIn(path) !== null) {
    removeMark(path)
    context.inform('its pages are sound: it may be written again')
  }
}

async function runRepair(context: Context): Promise<void> {
  const { database } = context.settings
  const path = database.engine === 'sqlite' ? resolve(context.settings.cwd, database.path) : null
  const damage = path === null ? null : damageIn(path)
  if (path !== null) removeMark(path)
  const db = await context.database()
  const findings = await checkDatabase(db, { full: true })
  const saved = findings.length === 0 ? null : copyName(context, path)
  let repairs: Repair[] = []
  try {
    if (saved !== null) repairs = await repairDatabase(db, findings, saved)
  } catch (error) {
    if (path !== null && error instanceof PvtError && error.code === 'database_corrupt')
      markDamaged(path, damage ?? error.message)
    throw error
  }
  const left = saved === null ? [] : await checkDatabase(db, { full: true })
  if (left.length > 0) context.exitWith(exitCodes.database_corrupt)
  const line =
    saved === null
      ? `${db.location} is sound; nothing to repair\n`
      : `${db.location}: ${counted(repairs.length, 'repair')}, ${counted(left.length, 'finding')} left; what was there before: ${saved}\n`
  await context.print<Finding>({
    value: { location: db.location, sound: left.length === 0, findings: left, repairs, saved },
    columns: findingColumns,
    rows: [...repairs, ...left],
    table: async (style) => {
      const parts = [repairs, left].filter((rows) => rows.length > 0)
      const tables = await Promise.all(parts.map((rows) => renderTable(findingColumns, rows, style)))
      return [...tables, line].join('')
    },
  })
}

/** Where the copy goes that a repair makes first: beside the file; of a server into this folder. */
function copyName(context: Context, path: string | null): string {
  const stamp = `${context.now().slice(0, 19).replace(/[-:]/g, '')}Z`
  return path === null
    ? resolve(context.settings.cwd, `pvt-before-repair-${stamp}.db`)
    : `${path}.before-repair-${stamp}`
}

const findingColumns: Column<Finding>[] = [
  { key: 'kind', value: (row) => row.kind },
  {
    key: 'job_id',
    title: 'JOB',
    value: (row) => row.job_id,
    text: (row) => (row.job_id === null ? '-' : shortId(row.job_id)),
  },
  { key: 'message', value: (row) => row.message },
]
