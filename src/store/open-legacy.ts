import type { LegacyDatabase } from './legacy-database.ts'

/**
 * Opens an old database; the driver is loaded here. The file and its folder stay as they are, to the byte: one that has a journal or a WAL beside
 * it is read from a copy, because SQLite would write to recover it.
 *
 * @throws `file_not_found`; `database_foreign` for what is none, another program's, or pvt's own.
 */
export async function openLegacy(path: string): Promise<LegacyDatabase> {
  const { openLegacyFile } = await import('./sqlite-legacy.ts')
  return openLegacyFile(path)
}
