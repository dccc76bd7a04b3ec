import { describe, expect, it } from 'vitest'
import { parseSimulationLog } from '../../src/parse/simulation-log.ts'

const log = `PrimeSim Version W-2024.09
Started at Mon Jun 16 12:26:48 2025
Working Directory: /proj/gpio/TT/typical/typical_85/v1nom_v2nom
WARNING! node x floats
WARNING! node y floats
# measures        : 9
Total memory usage: peak= 3507.9 MB
Total CPU time: 478.1 seconds
Total elapsed time: 282.0 seconds
PrimeSim Successfully Completed at Mon Jun 16 12:31:30 2025
`

describe('parseSimulationLog', () => {
  it('reads a completed simulation', () => {
    expect(parseSimulationLog(log)).toEqual({
      simulator: 'primesim',
      version: 'W-2024.09',
      success: true,
      elapsedSeconds: 282,
      cpuSeconds: 478.1,
      peakMemoryMb: 3507.9,
      measures: 9,
      startedAt: 'Mon Jun 16 12:26:48 2025',
      workingDirectory: '/proj/gpio/TT/typical/typical_85/v1nom_v2nom',
      point: {
        corner: 'TT',
        extraction: 'typical',
        temperature: '85',
        temperature_c: 85,
        voltage_combo: 'v1nom_v2nom',
      },
      warnings: 2,
    })
  })

  it('of an empty log gives nothing', () => {
    expect(parseSimulationLog('')).toEqual({
      simulator: null,
      version: null,
      success: false,
      elapsedSeconds: null,
      cpuSeconds: null,
      peakMemoryMb: null,
      measures: null,
      startedAt: null,
      workingDirectory: null,
      point: null,
      warnings: 0,
    })
  })

  it('knows the simulator of a log without success', () => {
    expect(parseSimulationLog('FineSim Pro 2023\nERROR: licence\n')).toMatchObject({
      simulator: 'finesim',
      success: false,
    })
  })

  it.each([
    ['/a/FFG_SSG/cworst_CCworst_T/cworst_CCworst_T_m40/v1min/', 'm40'],
    ['/a/TT/typical/other_85/v1nom', undefined],
    ['/a/TT/typical/typical_85/results', undefined],
    ['/tmp', undefined],
  ])('the folder %s is the point of temperature %s', (folder, temperature) => {
    expect(parseSimulationLog(`Working Directory: ${folder}\n`).point?.temperature).toBe(temperature)
  })

  it('takes no number that the end of the file cut', () => {
    expect(parseSimulationLog('# measures : 1').measures).toBeNull()
    expect(parseSimulationLog('Total elapsed time: 28').elapsedSeconds).toBeNull()
    expect(parseSimulationLog('FineSim Successfully Completed at Mon').success).toBe(true)
  })

  it('is the same with CRLF', () => {
    expect(parseSimulationLog(log.replaceAll('\n', '\r\n'))).toEqual(parseSimulationLog(log))
  })
})

it.each([
  ['slashes', `Working Directory: ${'/'.repeat(300_000)}x\n`],
  ['blanks behind version', `version${' '.repeat(300_000)}x\n`],
  ['words without a peak', `${'Total memory usage: '.repeat(100_000)}\n`],
])('a line of very many %s takes no time', (_, text) => {
  const start = performance.now()
  parseSimulationLog(text)
  expect(performance.now() - start).toBeLessThan(5000)
})

describe('the version of the simulator', () => {
  it.each([
    ['PrimeSim Version W-2024.09-SP1-2 for linux64', 'W-2024.09-SP1-2'],
    ['FineSim: Version 2019.06', '2019.06'],
    ['version : T-2022.03', 'T-2022.03'],
    ['conversion of units: 2019.06', null],
    ['PrimeSim', null],
  ])('%s', (line, version) => {
    expect(parseSimulationLog(`${line}\n`).version).toBe(version)
  })

  it('is the first one named: models have versions too', () => {
    expect(parseSimulationLog('Version W-2024.09\nBSIM version 2012.11\n').version).toBe('W-2024.09')
  })
})
