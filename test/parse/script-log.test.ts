import { describe, expect, it } from 'vitest'
import { parseScriptLog } from '../../src/parse/script-log.ts'

const log = `Auto_pvt script start at : 202506161144
20250616114400 :: Gen PVT testbench & directory
20250616114410 :: Submit simulation job & running prelay
20250616115130 :: Data extraction
20250616115140 :: Data sorting
20250616115150 :: Data backup
Auto_pvt script completed, time: .12 HRs
`

const june16 = { year: 2025, month: 6, day: 16 }

/** `stage extraction`, or the kind of the line. */
const said = (text: string, final = false): string[] =>
  parseScriptLog(text, { final }).entries.map((entry) =>
    entry.kind === 'stage' ? `${entry.stage} ${entry.extraction ?? '-'}` : entry.kind,
  )

describe('parseScriptLog', () => {
  it('reads a flow from its start to its end', () => {
    expect(parseScriptLog(log)).toEqual({
      entries: [
        { kind: 'flow_start', line: 1, at: { ...june16, hour: 11, minute: 44 } },
        ...[
          { line: 2, stage: 'gen', at: { ...june16, hour: 11, minute: 44, second: 0 } },
          { line: 3, stage: 'run', at: { ...june16, hour: 11, minute: 44, second: 10 } },
          { line: 4, stage: 'ext', at: { ...june16, hour: 11, minute: 51, second: 30 } },
          { line: 5, stage: 'srt', at: { ...june16, hour: 11, minute: 51, second: 40 } },
          { line: 6, stage: 'bkp', at: { ...june16, hour: 11, minute: 51, second: 50 } },
        ].map((stage) => ({ kind: 'stage', extraction: null, ...stage })),
        { kind: 'flow_end', line: 7, hours: 0.12 },
      ],
      problems: [],
    })
  })

  it.each([
    ['Gen PVT testbench & directory', 'gen -'],
    ['Submit simulation job & running prelay', 'run -'],
    ['Submit simulation job & running for polo extraction: typical', 'run typical'],
    ['Submit simulation job & running for polo extraction: cworst_CCworst_T ', 'run cworst_CCworst_T'],
    ['Submit simulation job for polo extraction:rcbest_CCbest_T', 'run rcbest_CCbest_T'],
    ['Data extraction', 'ext -'],
    ['Data sorting', 'srt -'],
    ['Data backup', 'bkp -'],
    ['Running user script', 'usr -'],
    ['usr_script', 'usr -'],
    ['User script: Data backup', 'usr -'],
  ])('knows the phrase %s', (phrase, stage) => {
    expect(said(`20250616114400 :: ${phrase}\n`)).toEqual([stage])
  })

  it('reads the flows that are appended in one file, one of them killed', () => {
    const killed = log.split('\n').slice(0, 3).join('\n')
    expect(said(`${killed}\n${log}`)).toEqual([
      ...['flow_start', 'gen -', 'run -'],
      ...['flow_start', 'gen -', 'run -', 'ext -', 'srt -', 'bkp -', 'flow_end'],
    ])
  })

  it('takes a last line only when its newline is there, or when the file is final', () => {
    const half = '20250616115130 :: Data extraction\n20250616115140 :: Data sorting'
    expect(said(half)).toEqual(['ext -'])
    expect(said(half, true)).toEqual(['ext -', 'srt -'])
  })

  it('finds a start behind a line that was never ended', () => {
    expect(said('20250616115130 :: Data extAuto_pvt script start at : 202506161144\n')).toEqual([
      'flow_start',
    ])
  })

  it('takes no harm from CRLF, control characters and garbage', () => {
    expect(said(log.replaceAll('\n', '\r\n'))).toEqual(said(log))
    expect(said(`\0\0\0\u000120250616115130 :: Data sorting\u0007\n`)).toEqual(['srt -'])
    expect(
      said(`\ufffd\ufffd ELF\n\n::\n 1 ::\nData sorting\n20250616115130 : Data sorting\n${log}`),
    ).toEqual(said(log))
  })

  it('leaves out lines of any other kind', () => {
    expect(parseScriptLog('20250616115130 :: Coffee\nfarm is busy\n')).toEqual({ entries: [], problems: [] })
  })

  it.each([
    ['20251316115130 :: Data sorting', '20251316115130'],
    ['2025061611513 :: Data sorting', '2025061611513'],
    ['20250229115130 :: Data sorting', '20250229115130'],
    ['Auto_pvt script start at : 202506162444', '202506162444'],
  ])('names a time that no clock shows: %s', (line, stamp) => {
    const { entries, problems } = parseScriptLog(`\n${line}\n`)
    expect(entries).toEqual([])
    expect(problems).toMatchObject([{ line: 2, level: 'warning' }])
    expect(problems[0]!.message).toContain(`'${stamp}'`)
  })

  it.each([
    ['Auto_pvt script completed, time: .12 HRs', 0.12],
    ['Auto_pvt script completed, time: 12.5 HRs', 12.5],
    ['Auto_pvt script completed', null],
  ])('%s', (line, hours) => {
    expect(parseScriptLog(`${line}\n`).entries).toEqual([{ kind: 'flow_end', line: 1, hours }])
  })
})
