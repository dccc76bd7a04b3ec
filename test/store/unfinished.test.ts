import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { discard, putInPlace, removeLeftovers, unfinishedName } from '../../src/store/unfinished.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-unfinished-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const own = (): string => basename(unfinishedName(join(folder, 'pvt.db')))

test('what a process that is gone left is removed, with its journals; what a living one makes stays', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const living = own()
  const gone = living.replace(String(process.pid), String(pid))
  const elsewhere = gone.replace(/@.*\.new$/, '@another-host-1.new')
  const kept = [living, elsewhere, 'pvt.db', '.notes.new', '.pvt.db.new'].sort()
  for (const name of [...kept, gone, `${gone}-journal`, `${gone}-wal`, `${gone}-shm`])
    writeFileSync(join(folder, name), '')
  removeLeftovers(folder)
  expect(readdirSync(folder).sort()).toEqual(kept)
})

test('two names for the same place are never the same', () => {
  expect(own()).not.toBe(own())
})

test('a whole file takes the place of what was there, and its private name is gone', () => {
  const unfinished = unfinishedName(join(folder, 'x'))
  writeFileSync(join(folder, 'x'), 'old')
  writeFileSync(unfinished, 'new')
  putInPlace(unfinished, join(folder, 'x'))
  discard(unfinished)
  expect(readdirSync(folder)).toEqual(['x'])
})

test('a folder that is not there has no leftovers', () => {
  expect(() => {
    removeLeftovers(join(folder, 'nowhere'))
  }).not.toThrow()
})
