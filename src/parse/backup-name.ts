import type { LocalReading } from '../domain/local-time.ts'

/**
 * The name of the flow's backup folders, `00bkp_YYYYMMDDHHmm`: local time to the minute. Source: the flow's stage
 * `bkp` (formats.md, section 4).
 */
const backupName = /^00bkp_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/

/** When a backup was made, as local wall-clock parts; null when the name is not that of a backup. */
export function parseBackupName(name: string): LocalReading | null {
  const match = backupName.exec(name)
  if (match === null) return null
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const days = month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 0
  const valid = day >= 1 && day <= days && hour <= 23 && minute <= 59
  return valid ? { year, month, day, hour, minute } : null
}

/** `00bkp_2025`, `00bkp_202506161234_old`: meant as the name of a backup, or one that was renamed. */
export const looksLikeBackupName = (name: string): boolean => name.startsWith('00bkp_')

export const isBackupName = (name: string): boolean => parseBackupName(name) !== null
