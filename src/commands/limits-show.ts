import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Limit } from '../domain/limit.ts'
import { PvtError } from '../errors.ts'
import { type Column, inUnitOf, localTime, renderFolded } from '../render/index.ts'
import { findLimitsVersion, findNewestLimits, type LimitsVersion, listLimits } from '../store/limits.ts'
import { readStoredLimits } from './limits-in-force.ts'
import type { DomainOption } from './limits-set.ts'
import { type Act, addExamples, fieldColumns, wholeNumber } from './shared.ts'
import { oneDomainOption, whichDomain } from './which-domain.ts'

interface Options extends DomainOption {
  original?: boolean
}

export function defineLimitsShow(group: Command, act: Act): void {
  const command = group
    .command('show')
    .description(
      "Prints the limits of a domain, the newest version or an older one, in base units: its CSV is a limits file again. --original prints the file's own text.",
    )
    .argument('[version]', 'its number (default: the newest)', wholeNumber(1))
    .addOption(oneDomainOption())
    .option('--original', 'the text of the file, as it was set')
    .action(act(runLimitsShow))
  addExamples(command, 'limits show', 'limits show 2 --domain gpio -f csv')
}

export async function runLimitsShow(
  context: Context,
  version: number | undefined,
  options: Options,
): Promise<void> {
  const db = await context.database()
  const domain = await whichDomain(context, options.domain)
  const stored =
    version === undefined ? await findNewestLimits(db, domain) : await findLimitsVersion(db, domain, version)
  if (stored === null) {
    const what = version === undefined ? 'no limits' : `no limits of version ${version}`
    throw new PvtError(
      'limits_not_found',
      `the domain ${domain} has ${what}`,
      'list them with: pvt limits list',
    )
  }
  if (options.original === true) {
    context.printText(stored.limits_text)
    return
  }
  const { limits } = readStoredLimits(stored)
  await context.print<Limit>({
    value: limits,
    columns: csvColumns,
    rows: limits,
    table: (style) => renderFolded(csvColumns, 1, limits, style),
  })
}

const csvColumns: Column<Limit>[] = [
  { key: 'measurement', value: (row) => row.measurement },
  ...(['min', 'typ', 'max'] as const).map((key): Column<Limit> => ({
    key,
    align: 'right',
    value: (row) => row[key],
    text: (row) => inUnitOf([row.min, row.typ, row.max], row[key]),
  })),
  { key: 'unit', value: (row) => row.unit },
  { key: 'point', value: (row) => row.point },
  { key: 'near', title: 'NEAR %', align: 'right', value: (row) => row.near },
]

export function defineLimitsList(group: Command, act: Act): void {
  const command = group
    .command('list')
    .description(
      'Prints every version of the limits that is kept, newest first; of one domain with --domain.',
    )
    .option('--domain <d>', 'the domain folder: its path or its name')
    .action(act(runLimitsList))
  addExamples(command, 'limits list', 'limits list --domain gpio --json')
}

export async function runLimitsList(context: Context, options: DomainOption): Promise<void> {
  const domain = options.domain === undefined ? null : await whichDomain(context, options.domain)
  const versions = await listLimits(await context.database(), domain)
  await context.print({
    value: versions,
    columns: fieldColumns<LimitsVersion>(versionKeys),
    rows: versions,
    table: (style) => renderFolded(versionTable, 2, versions, style),
  })
}

const versionKeys = [
  ...['domain_path', 'version', 'limits_sha256', 'file_path', 'limit_count', 'set_by', 'set_at'],
]

const versionTable: Column<LimitsVersion>[] = [
  { key: 'domain', value: (row) => row.domain_path },
  { key: 'version', align: 'right', value: (row) => row.version },
  { key: 'limits', align: 'right', value: (row) => row.limit_count },
  { key: 'set', value: (row) => localTime(row.set_at) },
  { key: 'by', value: (row) => row.set_by },
  { key: 'file', value: (row) => row.file_path },
]
