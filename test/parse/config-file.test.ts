import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../src/domain/configuration.ts'
import { PvtError } from '../../src/errors.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'
import { applySetting, parseConfigFile } from '../../src/parse/config-file.ts'

const warnings = (text: string): string[] =>
  parseConfigFile(text).problems.map(({ line, message }) => `${line ?? '-'}: ${message}`)

describe('what the flow reads', () => {
  it.each<[string, string, Partial<Configuration>]>([
    ['nothing: the defaults', '', {}],
    ['a value', 'mode:polo\n', { mode: 'polo' }],
    ['a key with blanks and signs', 'CPU #:8\nMEM [G]:16\n', { cpu_count: 8, memory_gb: 16 }],
    ['a later line wins', 'mode:polo\nmode:prelay\n', { mode: 'prelay' }],
    ['blanks stay', 'vcc: vcc \n', { vcc: ' vcc ' }],
    ['a carriage return stays', 'mode:prelay\r\n', { mode: 'prelay\r' }],
    ['a key with blanks before it is another key', ' mode:polo\n', {}],
    ['an empty value', 'vccn:\n', { vccn: '' }],
    ['a last line without newline is lost', 'simulator:primesim\nmode:polo', { simulator: 'primesim' }],
    ['such a line leaves the earlier value', 'mode:func\nmode:polo', { mode: 'func' }],
    [
      'custom corners',
      'postlay_cross_cornerlist:custom:FSG SFG\n',
      { postlay_cross_cornerlist: 'custom', postlay_custom_corners: 'FSG SFG' },
    ],
    [
      'a third field without custom means nothing',
      'postlay_cross_cornerlist:full:FSG\n',
      { postlay_cross_cornerlist: 'full' },
    ],
    ['no whole number', 'CPU #:four\n', { cpu_count: null }],
    ['a number too large for a column', 'CPU #:99999999999\n', { cpu_count: null }],
    ['a whole number in a file with CRLF', 'CPU #:8\r\n', { cpu_count: 8 }],
    ['names of Object.prototype are unknown keys', '__proto__:x\nconstructor:y\n', {}],
  ])('%s', (_, text, changes) => {
    expect(parseConfigFile(text).configuration).toEqual({ ...defaultConfiguration(), ...changes })
  })

  it('the default configuration is the flow’s', () => {
    expect(defaultConfiguration()).toMatchObject({
      mode: 'prelay',
      vccn: '1p1v',
      supply_1st: 'vcc',
      supply_2nd: 'NA',
      cpu_count: 4,
      alter_string_count: 0,
      simulator: 'finesim',
      postlay_cross_cornerlist: 'default',
      postlay_custom_corners: '',
    })
  })

  it.each([
    ['', 0],
    ['foo:bar\n', 0],
    ['mode:polo\nmode:prelay\n', 1],
    ['mode:polo\nvcc:vcc\nCPU #:2', 2],
  ])('%j has the known keys counted', (text, count) => {
    expect(parseConfigFile(text).knownKeys).toBe(count)
  })
})

describe('what the flow reads differently than it looks', () => {
  it.each([
    ['', []],
    ['\n   \n# a remark\n', []],
    ['mode:prelay\nmode:polo\n', ['2: mode is given twice, first in line 1: this later value counts']],
    ['Mode:polo\n', ["1: unknown key 'Mode': the flow ignores the line; the known key is 'mode'"]],
    ['CPU#:4\n', ["1: unknown key 'CPU#': the flow ignores the line; the known key is 'CPU #'"]],
    ['colour:red\n', ["1: unknown key 'colour': the flow ignores the line"]],
    ['prelay\n', ["1: expected key:value, found 'prelay': the flow ignores the line"]],
    ['mode:postlay\n', ["1: mode: expected prelay or polo, found 'postlay'; the flow takes it for polo"]],
    [
      'mode: prelay\n',
      ["1: mode: blanks around the value: the flow sees ' prelay'; the flow takes it for polo"],
    ],
    ['vccn:1p1v \n', ["1: vccn: blanks around the value: the flow sees '1p1v '"]],
    [
      '1st_supply_swp:vc\n',
      [
        "1: 1st_supply_swp: expected vcc, vccn, vcctx or vccana, found 'vc'; " +
          'the flow takes it for no rail: the sweep has no effect',
      ],
    ],
    [
      '1st_supply_swp:vcc \n',
      [
        "1: 1st_supply_swp: blanks around the value: the flow sees 'vcc '; " +
          'the flow takes it for no rail: the sweep has no effect',
      ],
    ],
    ['MEM [G]:4.5\n', ["1: MEM [G]: expected a whole number, found '4.5'"]],
    ['sim_mode:tran\n', ["1: sim_mode: expected ac or dc, found 'tran'"]],
    ['vcc:vcc:x\n', ["1: vcc: the flow ignores 'x' at the end"]],
    [
      'postlay_cross_cornerlist:custom\n',
      [
        '1: postlay_cross_cornerlist: custom without corners: ' +
          'write postlay_cross_cornerlist:custom:<corner> <corner> …',
      ],
    ],
    [
      'vcc:vcc\nmode:polo',
      ["2: the last line has no newline: the flow does not read it, mode stays 'prelay'"],
    ],
    ['vcc:vcc\nfoo', ['2: the last line has no newline: the flow does not read it']],
  ])('%j', (text, expected) => {
    expect(warnings(text)).toEqual(expected)
  })

  it('CRLF gives one warning for the file, with what it changes', () => {
    const text = 'vccn:1p1v\nmode:prelay\r\n2nd_supply_swp:NA\r\nCPU #:4\r\n\r\n'
    expect(warnings(text)).toEqual([
      '2: 4 lines end in CRLF, first line 2: the flow takes the carriage return for a part of the value ' +
        String.raw`(mode: 'prelay\r' is polo; 2nd_supply_swp: 'NA\r' is a second supply (only NA is none)); ` +
        'save the file with LF',
    ])
  })

  it('a value outside its list is told in a file with CRLF too', () => {
    expect(warnings('simulator:hspice\r\n')).toEqual([
      expect.stringContaining('1 line ends in CRLF, first line 1'),
      "1: simulator: expected finesim or primesim, found 'hspice'",
    ])
  })

  it('a value that a later line replaces is not judged', () => {
    expect(warnings('mode:foo\nmode:polo\n')).toHaveLength(1)
  })

  it('warnings come in the order of the lines and are all warnings', () => {
    const { problems } = parseConfigFile('mode:foo\nbar:1\nsim_mode:x\r\nvcc:vcc \n')
    expect(problems.map((problem) => problem.line)).toEqual([1, 2, 3, 3, 4])
    expect(problems.every((problem) => problem.level === 'warning')).toBe(true)
  })
})

describe('applySetting', () => {
  it.each<[string, string, Partial<Configuration>]>([
    ['mode', 'polo', { mode: 'polo' }],
    ['CPU #', '8', { cpu_count: 8 }],
    ['cpu_count', '8', { cpu_count: 8 }],
    ['gs/gf_corner', 'Yes', { gs_gf_corner: 'Yes' }],
    ['vcc', 'a:b', { vcc: 'a:b' }],
    ['supply_1st', 'vccn', { supply_1st: 'vccn' }],
    [
      'postlay_cross_cornerlist',
      'custom:FSG SFG',
      { postlay_cross_cornerlist: 'custom', postlay_custom_corners: 'FSG SFG' },
    ],
    ['postlay_custom_corners', 'TT', { postlay_custom_corners: 'TT' }],
  ])('%s=%s', (key, value, changes) => {
    expect(applySetting(defaultConfiguration(), key, value)).toEqual({
      ...defaultConfiguration(),
      ...changes,
    })
  })

  it('another corner list takes the custom corners with it', () => {
    const custom = applySetting(defaultConfiguration(), 'postlay_cross_cornerlist', 'custom:TT')
    expect(applySetting(custom, 'postlay_cross_cornerlist', 'full').postlay_custom_corners).toBe('')
  })

  it.each([
    ['Mode', 'polo', "unknown configuration key 'Mode'"],
    ['__proto__', 'x', "unknown configuration key '__proto__'"],
    ['CPU #', 'four', "CPU #: expected a whole number, found 'four'"],
    ['memory_gb', '', "MEM [G]: expected a whole number, found ''"],
  ])('%s=%s is a usage error', (key, value, message) => {
    expect(() => applySetting(defaultConfiguration(), key, value)).toThrow(message)
  })

  it('an unknown key is answered with the known ones', () => {
    try {
      applySetting(defaultConfiguration(), 'cpu', '4')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(PvtError)
      expect((error as PvtError).code).toBe('usage')
      expect((error as PvtError).hint).toContain('CPU #')
    }
  })
})
