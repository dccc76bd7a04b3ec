import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeLegacyDatabase } from '../fixtures/legacy-database.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
  return () => {
    place.remove()
  }
})

const oldPath = (): string => place.path('old.db')

describe('db adopt refuses', () => {
  test.each<[string, (path: string) => void, number, RegExp]>([
    ['a file that is not there', () => undefined, 3, /there is no /],
    [
      'a text',
      (path) => {
        writeFileSync(path, 'hello')
      },
      5,
      /is not a database/,
    ],
    [
      'an empty file',
      (path) => {
        writeFileSync(path, '')
      },
      5,
      /is not a database/,
    ],
    [
      'a folder',
      (path) => {
        mkdirSync(path)
      },
      5,
      /is a folder/,
    ],
    [
      'another program',
      (path) => new Sqlite(path).exec('create table jobs (id, title)').close(),
      5,
      /another program/,
    ],
    [
      'a database without jobs',
      (path) => new Sqlite(path).exec('create table x (y)').close(),
      5,
      /another program/,
    ],
  ])('%s', async (_, make, code, message) => {
    make(oldPath())
    expectFailure(await place.pvt(['db', 'adopt', oldPath()]), code, message)
    expect(readdirSync(place.folder)).not.toContain('pvt.db')
  })

  test('a database of pvt itself, this one too', async () => {
    await place.create()
    const before = readFileSync(place.db)
    expectFailure(await place.pvt(['db', 'adopt', place.db]), 5, /is a database of pvt itself.*pvt restore/)
    expect(readFileSync(place.db)).toEqual(before)
  })

  test('one that is damaged', async () => {
    makeLegacyDatabase(oldPath(), {
      jobs: [{ job_id: '1', mode: null, domain_path: '/x' }],
      results: [{ job_id: '1' }],
    })
    const bytes = readFileSync(oldPath())
    bytes.fill(0xff, 100, 600)
    writeFileSync(oldPath(), bytes)
    expectFailure(await place.pvt(['db', 'adopt', oldPath()]), 5, /damaged/)
  })
})
