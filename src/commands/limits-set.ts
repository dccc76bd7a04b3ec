import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { loadLimits } from '../import/load-limits.ts'
import { setLimits } from '../store/limits.ts'
import { type Act, addExamples, counted, printChange } from './shared.ts'
import { oneDomainOption, whichDomain } from './which-domain.ts'

export interface DomainOption {
  domain?: string
}

export function defineLimitsSet(group: Command, act: Act): void {
  const command = group
    .command('set')
    .description(
      "Reads a limits file and keeps it as the newest version of the domain's limits; results check uses it from now on. The file that is in force already makes no new version.",
    )
    .argument('<file.csv>', 'columns measurement,min,typ,max,unit,point,near')
    .addOption(oneDomainOption())
    .action(act(runLimitsSet))
  addExamples(command, 'limits set limits.csv', 'limits set --domain ~/gpio signoff.csv')
}

export async function runLimitsSet(context: Context, file: string, options: DomainOption): Promise<void> {
  const path = resolve(context.settings.cwd, file)
  const { limits, text, sha256 } = loadLimits(path)
  const domain = await whichDomain(context, options.domain)
  const stored = {
    domain_path: domain,
    limits_sha256: sha256,
    file_path: path,
    limit_count: limits.length,
    set_by: context.settings.user,
    set_at: context.now(),
  }
  const { version, isNew } = await setLimits(await context.database(), { ...stored, limits_text: text })
  const what = isNew
    ? `limits version ${version}: ${counted(limits.length, 'limit')}`
    : `limits unchanged: version ${version} is the same file`
  await printChange(context, `${domain} ${what}`, {
    domain_path: domain,
    version,
    is_new: isNew,
    limit_count: limits.length,
    limits_sha256: sha256,
  })
}
