import type { LocalReading } from '../domain/local-time.ts'
import { parseLocalStamp } from './local-stamp.ts'

/**
 * The name of the flow's backup folders, `00bkp_YYYYMMDDHHmm`: local time to the minute. Source: the flow's stage
 * `bkp` (formats.md, section 4).
 */
const backupName = /^00bkp_(\d{12})$/

/** When a backup was made, as local wall-clock parts; null when the name is not that of a backup. */
export function parseBackupName(name: string): LocalReading | null {
  const stamp = backupName.exec(name)?.[1]
  return stamp === undefined ? null : parseLocalStamp(stamp)
}

/** `00bkp_2025`, `00bkp_202506161234_old`, `old_00bkp_202506161234`: meant as the name of a backup, or one that was renamed. */
export const looksLikeBackupName = (name: string): boolean => name.startsWith('00bkp_') || renamed.test(name)

const renamed = /00bkp_\d{8}/i

export const isBackupName = (name: string): boolean => parseBackupName(name) !== null
