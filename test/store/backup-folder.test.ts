import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backupName, listBackups, rotateBackups } from '../../src/store/backup-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-backups-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  ['2026-01-31T12:00:00.000Z', 'pvt-20260131T120000Z.db'],
  ['2026-12-01T23:59:59.999Z', 'pvt-20261201T235959Z.db'],
])('a backup made at %s is named %s', (now, name) => {
  expect(backupName(now)).toBe(name)
})

test('the backups of a folder are listed newest first, and nothing else', () => {
  const instants = ['2026-01-02T00:00:00.000Z', '2025-12-31T23:59:59.000Z', '2026-01-10T00:00:00.000Z']
  for (const instant of instants) writeFileSync(join(folder, backupName(instant)), 'abc')
  for (const name of ['pvt.db', 'pvt-20260131T120000Z.db.tmp', '.pvt-20260131T120000Z.db', 'notes']) {
    writeFileSync(join(folder, name), '')
  }
  expect(listBackups(folder)).toEqual(
    [...instants]
      .sort()
      .reverse()
      .map((created_at) => ({ path: join(folder, backupName(created_at)), created_at, size_bytes: 3 })),
  )
})

test.each([
  [0, 5],
  [1, 4],
  [4, 1],
  [5, 0],
  [99, 0],
])('of five backups the newest %i stay, and %i go', (keep, gone) => {
  const names = [1, 2, 3, 4, 5].map((day) => backupName(`2026-01-0${day}T00:00:00.000Z`))
  for (const name of [...names, 'notes.txt']) writeFileSync(join(folder, name), '')
  expect(rotateBackups(folder, keep)).toEqual(
    names
      .slice(0, gone)
      .reverse()
      .map((name) => join(folder, name)),
  )
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', ...names.slice(gone)])
})
