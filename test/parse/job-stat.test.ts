import { describe, expect, it } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { parseJobStat } from '../../src/parse/job-stat.ts'

const file = `corners   status
TT typical m40 v1min    Done
TT typical m40 v1max    not-complete, check if error
FFG_SSG cworst_CCworst_T 125 v1nom_v2nom    not-start
`

const verdicts = (text: string, final = false): string[] =>
  parseJobStat(text, { final }).checked.map(({ point, verdict }) => `${pointName(point)} ${verdict}`)

describe('parseJobStat', () => {
  it("gives the flow's own verdict on every point, with its words", () => {
    expect(verdicts(file)).toEqual([
      'TT/typical/m40/v1min done',
      'TT/typical/m40/v1max incomplete',
      'FFG_SSG/cworst_CCworst_T/125/v1nom_v2nom not_started',
    ])
    expect(parseJobStat(file).checked.map(({ text, line }) => `${line} ${text}`)).toEqual([
      '2 Done',
      '3 not-complete, check if error',
      '4 not-start',
    ])
    expect(parseJobStat(file).problems).toEqual([])
  })

  it('reads supplies that stand apart, tabs, and temperatures with a sign', () => {
    expect(verdicts('TT\ttypical\t-40 v1min v2max v3nom  Done\n')).toEqual([
      'TT/typical/m40/v1min_v2max_v3nom done',
    ])
  })

  it('takes a last line only when its newline is there, or when the file is final', () => {
    expect(verdicts('TT typical m40 v1min Done')).toEqual([])
    expect(verdicts('TT typical m40 v1min Done', true)).toEqual(['TT/typical/m40/v1min done'])
  })

  it('names a verdict that it does not know', () => {
    for (const [text, found] of [
      ['Dead', "'Dead'"],
      ['', "''"],
    ]) {
      const { checked, problems } = parseJobStat(`corners status\nTT typical m40 v1min ${text!}\n`)
      expect(checked).toEqual([])
      expect(problems).toMatchObject([{ line: 2, level: 'warning' }])
      expect(problems[0]!.message).toContain(found)
    }
  })

  it('takes no harm from CRLF, control characters and garbage', () => {
    expect(verdicts(file.replaceAll('\n', '\r\n'))).toEqual(verdicts(file))
    const garbage =
      '\0\0\n\u0001 \u0002\nTT typical\nTT typical v1min Done\nTT typical hot v1min Done\n\ufffd\n'
    expect(parseJobStat(garbage)).toEqual({ checked: [], problems: [] })
  })
})
