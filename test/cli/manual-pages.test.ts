import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environmentVariables } from '../../src/commands/surroundings.ts'
import { exitCodes, exitMeanings } from '../../src/errors.ts'
import { leaves, pathOf, wholeProgram } from '../commands/whole-program.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

const isInstalled = (name: string): boolean => spawnSync(name, ['-Tutf8'], { input: '' }).error === undefined

for (const name of ['mandoc', 'groff'].filter((one) => !isInstalled(one))) {
  test(`the manual pages were not checked with ${name}: it is not installed`, () => {})
}

let place: Workplace
let folder: string
const page = (name: string): string => readFileSync(join(folder, name), 'utf8')

beforeAll(async () => {
  place = openWorkplace()
  folder = place.path('share', 'man', 'man1')
  const { stdout } = await place.pvt(['help', '--man', folder], { env: { SOURCE_DATE_EPOCH: '1767225600' } })
  expect(stdout).toBe(`${readdirSync(folder).length} manual pages written to ${folder}\n`)
})
afterAll(() => {
  place.remove()
})

const sections = [
  'NAME',
  'SYNOPSIS',
  'DESCRIPTION',
  'OPTIONS',
  'EXIT STATUS',
  'ENVIRONMENT',
  'FILES',
  'EXAMPLES',
  'SEE ALSO',
]

describe('the manual pages', () => {
  test('are one for the program, each group and each command', async () => {
    const program = await wholeProgram()
    const commands = [program, ...program.commands, ...leaves(program)]
    const names = commands.map(
      (command) => `${['pvt', ...pathOf(command).split(' ')].filter(Boolean).join('-')}.1`,
    )
    expect(readdirSync(folder).sort()).toEqual([...new Set(names)].sort())
  })

  test('have all sections, filled, in their order', () => {
    for (const name of readdirSync(folder)) {
      const found = page(name)
        .split(/^\.SH /m)
        .slice(1)
        .filter((text) => !text.startsWith('COMMANDS'))
      expect(
        found.map((text) => text.split('\n')[0]),
        name,
      ).toEqual(sections)
      for (const text of found) expect(text.trim().split('\n').length, `${name}: ${text}`).toBeGreaterThan(1)
    }
  })

  test('bear the day of SOURCE_DATE_EPOCH', () => {
    expect(page('pvt.1')).toMatch(/^\.TH "PVT" "1" "2026-01-01" "pvt /)
  })

  test('refer only to pages that there are', () => {
    for (const name of readdirSync(folder)) {
      for (const [, other] of page(name).matchAll(/\\fB(pvt[^ ]*?)\\fR\(1\)/g)) {
        expect(existsSync(join(folder, `${other!.replaceAll('\\-', '-')}.1`)), `${name}: ${other}`).toBe(true)
      }
    }
  })

  test.each([
    ['mandoc', ['-Tlint', '-W', 'style']],
    ['groff', ['-man', '-ww', '-z', '-Tutf8']],
    ['groff', ['-man', '-ww', '-z', '-Tascii']],
  ])('have nothing that %s complains of', (program, options) => {
    if (!isInstalled(program)) return
    for (const name of readdirSync(folder)) {
      const { stdout, stderr } = spawnSync(program, [...options, join(folder, name)], { encoding: 'utf8' })
      expect(stdout + stderr).toBe('')
    }
  })

  test.skipIf(!isInstalled('mandoc'))('read as the help does', () => {
    const shown = rendered(join(folder, 'pvt-job-status.1'))
    expect(shown).toContain("$ pvt job status 3f2a failed --stage run --error 'license server down'")
    expect(shown).toContain('pvt job status [options] [job] [new-status]')
    expect(shown).toContain('--watch [seconds]')
    expect(rendered(join(folder, 'pvt.1'))).toContain('~/.local/share/pvt/pvt.db')
  })

  test('are written again over those that are there, and the answer is data as well', async () => {
    const { pages, folder: answered } = await place.json<{ pages: string[]; folder: string }>([
      'help',
      '--man',
      folder,
    ])
    expect(answered).toBe(folder)
    expect(pages.sort()).toEqual(readdirSync(folder).sort())
  })

  test('are refused where they cannot be written', async () => {
    writeFileSync(place.path('file'), '')
    expectFailure(
      await place.pvt(['help', '--man', place.path('file')]),
      1,
      'name a folder that you may write to',
    )
    expectFailure(await place.pvt(['help', '--man', '']), 2, '--man <dir> is empty')
    expectFailure(await place.pvt(['help', 'job', '--man', folder]), 2, 'leave the command out')
  })
})

/** As on a terminal; the bold and italic letters are written twice. */
const rendered = (file: string): string =>
  execFileSync('mandoc', ['-Tutf8', '-Owidth=200', file], { encoding: 'utf8' })
    .replace(/.\x08/g, '')
    .replace(/ +/g, ' ')

describe('pvt help', () => {
  test.each([
    [['help'], ['--help']],
    [
      ['help', 'job'],
      ['job', '--help'],
    ],
    [
      ['help', 'results', 'import'],
      ['results', 'import', '--help'],
    ],
    [
      ['results', 'help', 'import'],
      ['results', 'import', '--help'],
    ],
  ])('%j prints what %j does', async (one, other) => {
    const answer = await place.pvt(one)
    expect(answer.code).toBe(0)
    expect(answer).toEqual(await place.pvt(other))
  })

  test('of an unknown command is wrong usage', async () => {
    expectFailure(await place.pvt(['help', 'job', 'nonsense']), 2, "there is no command 'job nonsense'")
  })

  test('of every group and command ends with examples', async () => {
    const program = await wholeProgram()
    for (const command of [program, ...program.commands]) {
      const { stdout } = await place.pvt([...pathOf(command).split(' ').filter(Boolean), '--help'])
      expect(stdout, pathOf(command)).toMatch(/\n\nExamples:\n( {2}\$ pvt .+\n)+$/)
    }
  })
})

describe('the README', () => {
  const rows = (heading: string): string[][] =>
    readme
      .split(`\n## ${heading}\n`)[1]!
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2)
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )

  test('lists the environment variables of the manual pages', () => {
    const own = environmentVariables.map(({ names, meaning }) => [
      names.map((name) => `\`${name}\``).join(', '),
      meaning,
    ])
    expect(rows('Environment variables')).toEqual(own)
  })

  test('lists the exit codes and error codes that there are', () => {
    const table = rows('Exit codes and errors')
    expect(table.flatMap(([codes]) => codes!.split(', '))).toEqual(Object.keys(exitMeanings))
    for (const [name, code] of Object.entries(exitCodes)) {
      expect(table.find(([codes]) => codes!.split(', ').includes(String(code)))?.[2], name).toContain(
        `\`${name}\``,
      )
    }
  })
})
