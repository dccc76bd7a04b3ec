import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PvtError } from '../errors.ts'
import { parseBackupName } from '../parse/backup-name.ts'
import type { NewJob } from '../store/jobs.ts'
import { newJob } from './describe-job.ts'
import type { FoundFiles } from './find-files.ts'
import { type LoadedConfiguration, loadConfiguration } from './load-configuration.ts'

/** A job of a run that is over: what its backup folder tells of it. */
export interface BackupJob {
  job: NewJob
  configuration: LoadedConfiguration | null
}

/**
 * Describes the completed job of a backup: the configuration is the config.cfg beside it (it may be newer than the
 * run: whether its points fit shows at the import), the time is that of the folder's name, local to this machine.
 *
 * @throws `usage` when the path is no backup folder.
 */
export function describeBackup(found: FoundFiles, user: string): BackupJob {
  const stamp = found.kind === 'backup' ? parseBackupName(basename(found.path)) : null
  if (stamp === null) {
    throw new PvtError(
      'usage',
      `--new: ${found.path} is no backup folder`,
      'name a folder 00bkp_YYYYMMDDHHmm',
    )
  }
  const { year, month, day, hour, minute } = stamp
  const time = new Date(year, month - 1, day, hour, minute).toISOString()
  const domain = dirname(found.path)
  const configPath = join(domain, 'config.cfg')
  const configuration = existsSync(configPath) ? loadConfiguration(configPath, []) : null
  const job = newJob(configuration, { name: basename(domain), domain, user, now: time })
  return { job: { ...job, status: 'completed', completed_at: time, backup_path: found.path }, configuration }
}
