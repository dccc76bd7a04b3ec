import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'
import { type ConfigForm, type ConfigOverrides, configText, flowConfiguration } from '../fixtures/config.ts'
import { failure } from '../support/failure.ts'

let folder: string
let path: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-config-'))
  path = join(folder, 'config.cfg')
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const load = (text: string | Uint8Array, ...settings: string[]) => {
  writeFileSync(path, text)
  return loadConfiguration(path, settings)
}
const failureOf = (from: string) => failure(Promise.resolve().then(() => loadConfiguration(from, [])))

describe('a config.cfg', () => {
  test.each<[string, ConfigOverrides, ConfigForm]>([
    ['as it should be', {}, {}],
    ['of polo with three supplies', { mode: 'polo', '3rd_supply_swp': 'vccn_vcctx' }, {}],
    ['with custom corners', { mode: 'polo', postlay_cross_cornerlist: 'custom:TT SSG' }, {}],
    ['without its last newline, so that the flow drops a line', {}, { lastLineWithoutNewline: true }],
    ['with keys left out', { mode: null, simulator: null, 'gs/gf_corner': null }, {}],
    ['with unknown keys and odd values', { speeed: '9', mode: 'prelay ', condition: '' }, {}],
  ])('%s is read as the flow does, and kept whole', (_, overrides, form) => {
    const text = configText(overrides, form)
    const loaded = load(text)
    expect(loaded.configuration).toEqual(flowConfiguration(text))
    expect(loaded.points).toEqual(impliedPoints(flowConfiguration(text)))
    expect(loaded.path).toBe(path)
    const config_sha256 = createHash('sha256').update(text).digest('hex')
    expect(loaded.snapshot).toEqual({ config_text: text, config_sha256 })
    for (const problem of loaded.problems) expect(problem).toMatchObject({ file: path, level: 'warning' })
  })

  test('with CRLF is another one to the flow: every value but a number keeps the carriage return', () => {
    const text = configText({}, { crlf: true })
    const { configuration, points, snapshot } = load(text)
    expect(configuration).toEqual({
      ...flowConfiguration(text),
      ...{ cpu_count: 4, memory_gb: 4, alter_string_count: 11 },
    })
    expect(configuration.mode).toBe('prelay\r')
    expect(points).toEqual(impliedPoints(flowConfiguration(text)))
    expect(snapshot.config_text).toBe(text)
  })

  test('warnings carry their lines', () => {
    const { problems } = load(configText({ mode: 'post', speeed: '9' }))
    expect(problems.map(({ file, line }) => [file, line])).toEqual([
      [path, 1],
      [path, 16],
    ])
  })
})

describe('without a file', () => {
  test('the configuration is the flow’s own, and there is nothing to keep', () => {
    expect(loadConfiguration(null, [])).toEqual({
      ...{ configuration: defaultConfiguration(), points: impliedPoints(defaultConfiguration()), path: null },
      ...{ snapshot: { config_text: null, config_sha256: null }, problems: [] },
    })
  })

  test('settings change it', () => {
    const { configuration, points } = loadConfiguration(null, ['mode=polo', 'gs/gf_corner=Yes'])
    expect(configuration).toEqual({ ...defaultConfiguration(), mode: 'polo', gs_gf_corner: 'Yes' })
    expect(points).toEqual(impliedPoints(configuration))
  })
})

describe('settings', () => {
  test.each([
    ['by the key of the file', ['CPU #=8'], { cpu_count: 8 }],
    ['by the field', ['cpu_count=8'], { cpu_count: 8 }],
    ['the later one wins', ['mode=polo', 'mode=prelay'], { mode: 'prelay' }],
    ['a value may be empty', ['vccn='], { vccn: '' }],
    ['a value may hold an equals sign', ['vccn=a=b'], { vccn: 'a=b' }],
    [
      'custom corners',
      ['postlay_cross_cornerlist=custom:TT SSG'],
      { postlay_cross_cornerlist: 'custom', postlay_custom_corners: 'TT SSG' },
    ],
  ])('%s', (_, settings, changed) => {
    const text = configText()
    const { configuration, snapshot } = load(text, ...settings)
    expect(configuration).toEqual({ ...flowConfiguration(text), ...changed })
    expect(snapshot.config_text).toBe(text)
  })

  test('the points are those of the changed configuration', () => {
    expect(load(configText(), 'condition=htol').points).toHaveLength(2 * 9 + 2)
  })

  test.each([
    ['mode', /no key=value/],
    ['=polo', /no key=value/],
    ['', /no key=value/],
    ['speed=9', /unknown configuration key 'speed'/],
    ['CPU #=four', /whole number/],
    ['MEM [G]=-1', /whole number/],
  ])('%j is wrong usage', (setting, message) => {
    expect(() => loadConfiguration(null, [setting])).toThrow(message)
    expect(() => loadConfiguration(null, [setting])).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('what is no config.cfg', () => {
  test.each([
    ['empty', '', /has no key/],
    ['other text', 'hello\nworld:1\n', /has no key/],
    ['one line without newline, which the flow drops', 'mode:polo', /has no key/],
    ['binary', Buffer.from([0, 1, 2]), /NUL at byte 1/],
    ['packed', Buffer.from([0x1f, 0x8b, 8]), /gzip/],
  ])('%s', async (_, contents, message) => {
    writeFileSync(path, contents)
    const error = await failureOf(path)
    expect([error.code, error.message]).toEqual(['bad_input', expect.stringMatching(message)])
    expect(error.message).toContain(path)
  })

  test('a folder, and a path that is not there', async () => {
    mkdirSync(join(folder, 'folder'), { recursive: true })
    expect(await failureOf(join(folder, 'folder'))).toMatchObject({ code: 'bad_input' })
    expect(await failureOf(join(folder, 'nowhere'))).toMatchObject({ code: 'file_not_found' })
  })
})
