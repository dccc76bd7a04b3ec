import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ResultSource } from '../../src/domain/measurement.ts'
import { type PvtPoint, toPoint } from '../../src/domain/point.ts'
import { type Finding, Verification } from '../../src/domain/verification.ts'
import type { Result } from '../../src/domain/result.ts'
import { aResult } from '../store/jobs.ts'

const at = (corner: string): PvtPoint => toPoint(corner, 'typical', 'm40', 'v1min')!
const expected = ['TT', 'SSG', 'FFG'].map(at)

/** A row of a point as the sources tell it that are named by their first letters. */
function row(corner: string, sources: string, alter_number = 1, value: number | null = 1): Result {
  const names = (['measure', 'report', 'creport'] as const).filter((name) => sources.includes(name[0]!))
  const [source, ...others] = names as [ResultSource, ...ResultSource[]]
  return aResult(at(corner), {
    ...{ source, alter_number, measurements: { vout: value } },
    other_sources: others.map((other) => ({ source: other, file: other, line: 1, agrees: true })),
  })
}

/** The same, whose report tells something else. */
const reported = (result: Result, vout: number | null): Result => ({
  ...result,
  other_sources: result.other_sources.map((other) =>
    other.source === 'report' ? { ...other, agrees: false, differs: { vout } } : other,
  ),
})

const find = (rows: readonly Result[], isMeasureDue = true): Finding[] => {
  const verification = new Verification()
  verification.add(rows, [])
  return verification.findings(expected, {
    hasReport: ({ corner }) => corner !== 'FFG',
    isMeasureDue: () => isMeasureDue,
  })
}
const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ point, problem, alter_number, rows }) =>
    [point.split('/')[0], problem, ...(rows === null ? [] : [`${rows} from ${alter_number ?? ''}`])].join(
      ' ',
    ),
  )

describe('the files of a run', () => {
  it.each<[string, Result[], string[]]>([
    ['all tell all', [row('TT', 'mrc'), row('SSG', 'mrc'), row('FFG', 'mrc')], []],
    ['nothing is there', [], ['TT empty_report', 'SSG empty_report', 'FFG no_report']],
    [
      'a source tells nothing of a point',
      [row('TT', 'mr'), row('SSG', 'rc'), row('FFG', 'mc')],
      ['TT not_in_creport', 'SSG no_measure_file', 'FFG no_report'],
    ],
    [
      'a source tells less',
      [row('TT', 'mrc'), row('TT', 'mr', 2), row('TT', 'm', 3), row('SSG', 'mrc'), row('FFG', 'mrc')],
      ['TT no_report 1 from 3', 'TT not_in_creport 2 from 2'],
    ],
    [
      'a report has no number',
      [row('TT', 'mrc', 1, null), row('SSG', 'mrc'), row('FFG', 'mrc')],
      ['TT empty_report'],
    ],
    [
      'only the report has a number, or none',
      [
        reported(row('TT', 'mrc', 1, null), 1),
        reported(row('SSG', 'mrc'), null),
        reported(row('FFG', 'mrc'), 2),
      ],
      ['SSG empty_report'],
    ],
  ])('when %s', (_, rows, findings) => {
    expect(told(find(rows))).toEqual(findings)
  })

  it('need no measure file where none is due', () => {
    expect(told(find([row('TT', 'rc'), row('SSG', 'mrc'), row('FFG', 'rc')], false))).toEqual([])
    // A point with a measure file that tells less is wrong all the same.
    const rows = [row('TT', 'mrc'), row('TT', 'rc', 2), row('SSG', 'rc'), row('FFG', 'rc')]
    expect(told(find(rows, false))).toEqual(['TT no_measure_file 1 from 2'])
  })

  it('say the same in portions as at once', () => {
    const rows = fc.array(
      fc.tuple(fc.constantFrom('TT', 'SSG', 'FFG', 'XX'), fc.constantFrom('mrc', 'mr', 'rc', 'm', 'r', 'c')),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(rows, (pairs) => {
        const all = pairs.map(([corner, sources], index) => row(corner, sources, index + 1))
        const verification = new Verification()
        for (const one of all) verification.add([one], [])
        const places = { hasReport: () => true, isMeasureDue: () => true }
        const whole = new Verification()
        whole.add(all, [])
        expect(verification.findings(expected, places)).toEqual(whole.findings(expected, places))
        const unexpected = whole.unexpected(expected).map(({ corner }) => corner)
        expect(unexpected).toEqual(pairs.some(([corner]) => corner === 'XX') ? ['XX'] : [])
      }),
    )
  })
})
