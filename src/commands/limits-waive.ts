import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { longest, refuseLong } from '../domain/size-limits.ts'
import { isInForce, type Waiver } from '../domain/waiver.ts'
import { PvtError, usageError } from '../errors.ts'
import { type Column, renderFolded } from '../render/index.ts'
import { findNewestLimits } from '../store/limits.ts'
import { deleteWaiver, findWaivers, insertWaiver, waiverColumns } from '../store/waivers.ts'
import { waiverTable } from './check-table.ts'
import { readStoredLimits } from './limits-in-force.ts'
import type { DomainOption } from './limits-set.ts'
import { type Act, addExamples, fieldColumns, printChange, shortId } from './shared.ts'
import { toInstant } from './time-option.ts'
import { oneDomainOption, whichDomain } from './which-domain.ts'

interface WaiveOptions extends DomainOption {
  point?: string
  reason: string
  until: string
}

export function defineLimitsWaive(group: Command, act: Act): void {
  const command = group
    .command('waive')
    .description(
      'Accepts what a measurement of the domain violates or lacks, at some points or at all, until a day is over. results check shows it as waived with the reason; after the day it counts again.',
    )
    .argument('<measurement>', 'the name of the measurement')
    .option('--point <glob>', 'only at these PVT points (default: everywhere)')
    .requiredOption('--reason <text>', 'why it is accepted')
    .requiredOption('--until <date>', 'the last day on which it counts: 2026-12-31')
    .addOption(oneDomainOption())
    .action(act(runLimitsWaive))
  addExamples(
    command,
    "limits waive del_rr --point 'SSG*' --reason 'fixed in the next netlist' --until 2026-12-31",
  )
}

export async function runLimitsWaive(
  context: Context,
  measurement: string,
  options: WaiveOptions,
): Promise<void> {
  const now = context.now()
  if (measurement.trim() === '') throw usageError('the measurement is empty')
  if (options.reason.trim() === '') throw usageError('--reason is empty', 'say why it is accepted')
  if (options.point?.trim() === '') throw usageError('--point is empty', 'a glob, or leave it out')
  refuseLong('the measurement', measurement, longest.measurement)
  refuseLong('--reason', options.reason, longest.message)
  refuseLong('--point', options.point ?? '', longest.setting)
  const db = await context.database()
  const waiver: Waiver = {
    waiver_id: randomUUID(),
    domain_path: await whichDomain(context, options.domain),
    measurement,
    point: options.point ?? null,
    reason: options.reason,
    until: toLastInstant(options.until, now),
    waived_by: context.settings.user,
    waived_at: now,
  }
  const limits = await findNewestLimits(db, waiver.domain_path)
  if (
    limits !== null &&
    !readStoredLimits(limits).limits.some((limit) => limit.measurement === measurement)
  ) {
    context.warn(`version ${limits.version} of the limits has none for ${measurement}`)
  }
  await insertWaiver(db, waiver)
  const where = waiver.point === null ? '' : ` at ${waiver.point}`
  await printChange(
    context,
    `${shortId(waiver.waiver_id)} waived ${measurement}${where} until ${options.until}`,
    waiver,
  )
}

/** A day counts to its end. */
function toLastInstant(text: string, now: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text.trim())
  if (!isDay && !/^\d{4}-\d\d-\d\d[T ]/.test(text.trim())) {
    throw usageError(`--until ${text}: not a day`, 'for example 2026-12-31')
  }
  const until = toLocalInstant(isDay ? `${text.trim()}T23:59:59.999` : text, text)
  if (until <= now) throw usageError(`--until ${text}: this is over`, 'name a day to come, or today')
  return until
}

/** Told in the user's words: an age, which other options take, is none here. */
function toLocalInstant(text: string, given: string): string {
  try {
    return toInstant(text, '--until', new Date())!
  } catch {
    throw usageError(`--until ${given}: there is no such time`, 'for example 2026-12-31')
  }
}

export function defineLimitsWaivers(group: Command, act: Act): void {
  const command = group
    .command('waivers')
    .description('Prints the waivers of all domains, or of one with --domain; those that are over too.')
    .option('--domain <d>', 'the domain folder: its path or its name')
    .action(act(runLimitsWaivers))
  addExamples(command, 'limits waivers', 'limits waivers --domain gpio --json')
}

export async function runLimitsWaivers(context: Context, options: DomainOption): Promise<void> {
  const domain = options.domain === undefined ? null : await whichDomain(context, options.domain)
  const now = context.now()
  const rows = (await findWaivers(await context.database(), domain)).map((waiver) => ({
    ...waiver,
    in_force: isInForce(waiver, now),
  }))
  const keys = [...waiverColumns, 'in_force']
  await context.print({
    value: rows,
    columns: fieldColumns<(typeof rows)[number]>(keys),
    rows,
    table: (style) => renderFolded(listTable, 2, rows, style),
  })
}

const listTable: Column<Waiver & { in_force: boolean }>[] = [
  ...waiverTable.slice(0, -1),
  {
    key: 'in_force',
    title: 'STATE',
    value: (row) => (row.in_force ? 'in force' : 'over'),
    paint: (row) => (row.in_force ? 'yellow' : 'dim'),
  },
  { key: 'domain', value: (row) => row.domain_path },
  ...waiverTable.slice(-1),
]

export function defineLimitsUnwaive(group: Command, act: Act): void {
  const command = group
    .command('unwaive')
    .description('Takes a waiver back: the limit counts again. Verdicts that relied on it keep its reason.')
    .argument('<waiver>', 'its id, or the first 4 characters or more')
    .action(act(runLimitsUnwaive))
  addExamples(command, 'limits unwaive 3f2a91c0')
}

export async function runLimitsUnwaive(context: Context, reference: string): Promise<void> {
  const db = await context.database()
  if (reference.length < 4) throw usageError(`'${reference}' is too short for a waiver`, 'give 4 characters')
  const found = (await findWaivers(db, null)).filter(({ waiver_id }) =>
    waiver_id.startsWith(reference.toLowerCase()),
  )
  const [waiver, another] = found
  if (another !== undefined) throw usageError(`'${reference}' is ambiguous`, 'give more characters')
  if (waiver === undefined || !(await deleteWaiver(db, waiver.waiver_id))) {
    throw new PvtError('waiver_not_found', `there is no waiver '${reference}'`, 'see: pvt limits waivers')
  }
  await printChange(
    context,
    `${shortId(waiver.waiver_id)} taken back: ${waiver.measurement} counts again`,
    waiver,
  )
}
