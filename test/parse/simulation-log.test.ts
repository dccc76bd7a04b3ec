import { describe, expect, it } from 'vitest'
import { mergeSimulationLogs, parseSimulationLog } from '../../src/parse/simulation-log.ts'

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

const silent = { measures: null, startedAt: null, workingDirectory: null, point: null }

describe('the log of another simulator', () => {
  it('HSPICE, also under its name since 2021', () => {
    const hspice = ` ****** PrimeSim HSPICE -- S-2021.09-SP2 linux64 (Feb 24 2022) ******
  Start time: Tue Sep 26 23:44:51 2023
  **warning** (a.sp:3) node is floating
1****** PrimeSim HSPICE -- S-2021.09-SP2 linux64 (Feb 24 2022) ******
          ***** job concluded
 Linux version 3.10.0-1160.66.1.el7.x86_64
           peak memory used        485.21 megabytes
           total cpu time            0.04 seconds
           total elapsed time        0.09 seconds
>info:         ***** hspice job concluded
`
    const facts = {
      ...{ ...silent, simulator: 'hspice', version: 'S-2021.09-SP2', startedAt: 'Tue Sep 26 23:44:51 2023' },
      ...{ elapsedSeconds: 0.09, cpuSeconds: 0.04, peakMemoryMb: 485.21, warnings: 1 },
    }
    expect(parseSimulationLog(hspice)).toEqual({ ...facts, success: true })
    const aborted = hspice.replace(
      '>info:         ***** hspice job concluded',
      '>error ***** hspice job aborted',
    )
    expect(parseSimulationLog(aborted)).toEqual({ ...facts, success: false })
    expect(parseSimulationLog(hspice.replaceAll('PrimeSim ', ''))).toEqual({ ...facts, success: true })
  })

  it('Spectre, whose numbers have units', () => {
    const spectre = `Cadence (R) Virtuoso (R) Spectre (R) Circuit Simulator
Version 12.1.0.347.isr3 32bit -- 10 Jan 2013
Current working directory: /proj/gpio/TT/typical/typical_85/v1nom.
    WARNING (CMI-2477): I0.PM0: Rds is less than 0.001.
Time accumulated: CPU = 316.951 ms, elapsed = 313.651 ms.
Peak resident memory used = 32.2 Mbytes.
Time accumulated: CPU = 1.5 ks, elapsed = 2.25 ks.
Peak resident memory used = 1.2 Gbytes.
spectre completes with 0 errors, 1 warning, and 3 notices.
`
    expect(parseSimulationLog(spectre)).toMatchObject({
      ...{ simulator: 'spectre', version: '12.1.0.347.isr3', success: true, warnings: 1 },
      ...{ elapsedSeconds: 2250, cpuSeconds: 1500, peakMemoryMb: 1200, point: { voltage_combo: 'v1nom' } },
    })
    const failed = parseSimulationLog(spectre.replace('0 errors', '2 errors'))
    expect([failed.simulator, failed.success]).toEqual(['spectre', false])
  })

  it('Xyce', () => {
    const xyce = `***** Welcome to the Xyce(TM) Parallel Electronic Simulator
***** This is version Xyce Release 7.10.0-opensource
Netlist warning in file
***** Total Simulation Solvers Run Time: 0.0102479 seconds
***** Total Elapsed Run Time:            0.327755 seconds
***** End of Xyce(TM) Simulation
`
    expect(parseSimulationLog(xyce)).toEqual({
      ...{ ...silent, simulator: 'xyce', version: '7.10.0-opensource', success: true, warnings: 1 },
      ...{ elapsedSeconds: 0.327755, cpuSeconds: null, peakMemoryMb: null },
    })
  })
})

it('a title that names another simulator does not make the log one of that', () => {
  const lines = ['FineSim Pro 2023.03', 'Title: *  Generated for: PrimeSim']
  expect(parseSimulationLog(`${lines.join('\n')}\n`).simulator).toBe('finesim')
  const [earlier, later] = lines.map((line) => parseSimulationLog(`${line}\n`))
  expect(mergeSimulationLogs(earlier!, later!).simulator).toBe('finesim')
})
