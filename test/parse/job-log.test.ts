import { describe, expect, it } from 'vitest'
import { defaultConfiguration } from '../../src/domain/configuration.ts'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName } from '../../src/domain/point.ts'
import { assignFarmIds, farmBatch, parseJobLog } from '../../src/parse/job-log.ts'

const answer = (id: number | string): string =>
  `Your job has been queued (JobID ${id}, Class small, Queue night)\n`

const ids = (text: string, final = false): string[] => parseJobLog(text, { final }).ids.map(({ id }) => id)

const points = impliedPoints({ ...defaultConfiguration(), mode: 'polo' })
const batches = (): ReturnType<typeof farmBatch>[] =>
  ['typical', 'cworst_CCworst_T', 'cbest_CCbest_T'].map((extraction) => farmBatch(points, extraction))
const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `30000000${10 + index}`)

describe('parseJobLog', () => {
  it('gives the ids as text, in file order, with their lines', () => {
    const text = `submitting\n${answer(1485860309)}${answer(3000000001)}${answer(12345678)}`
    expect(parseJobLog(text)).toEqual({
      ids: [
        { id: '1485860309', line: 2 },
        { id: '3000000001', line: 3 },
        { id: '12345678', line: 4 },
      ],
      problems: [],
    })
  })

  it('takes a last line only when its newline is there, or when the file is final', () => {
    const half = answer(1485860309) + answer(1485860310).trimEnd()
    expect(ids(half)).toEqual(['1485860309'])
    expect(ids(half, true)).toEqual(['1485860309', '1485860310'])
  })

  it('names an id that is no number', () => {
    expect(parseJobLog(answer('12x') + answer(7)).problems).toMatchObject([{ line: 1, level: 'warning' }])
  })

  it('takes no harm from CRLF, control characters and garbage', () => {
    expect(ids(answer(1485860309).replace('\n', '\r\n'))).toEqual(['1485860309'])
    expect(parseJobLog('\0\0\u0001(JobID)\n(JobID , )\n\ufffd\n')).toEqual({ ids: [], problems: [] })
  })
})

describe('assignFarmIds', () => {
  it('gives the ids of each batch of mode polo to the points of its extraction', () => {
    expect(points).toHaveLength(92)
    const { matched, unmatched } = assignFarmIds(numbers(90), batches())
    const byPoint = new Map(matched.map(({ point, id }) => [pointName(point), id]))
    expect(unmatched).toEqual([])
    expect(byPoint.get('TT/typical/m40/v1min')).toBe('3000000010')
    expect(byPoint.get('TT/typical/100/v1nom')).toBe('3000000053')
    expect(byPoint.get('FSG/cworst_CCworst_T/m40/v1min')).toBe('3000000054')
    expect(byPoint.get('SFG/cworst_CCworst_T/m40/v1min')).toBe('3000000060')
    expect(byPoint.get('FSG/cbest_CCbest_T/m40/v1min')).toBe('3000000078')
    expect(byPoint.has('FFG/cbest_CCbest_T/125/v1nom')).toBe(false)
  })

  it('goes on where it stopped', () => {
    const open = batches()
    assignFarmIds(numbers(43), open)
    const { matched } = assignFarmIds(['1', '2'], open)
    expect(matched.map(({ point, id }) => [pointName(point), id])).toEqual([
      ['TT/typical/100/v1nom', '1'],
      ['FSG/cworst_CCworst_T/m40/v1min', '2'],
    ])
  })

  it('says which ids have no point', () => {
    expect(assignFarmIds(numbers(46), [farmBatch(points, 'typical')]).unmatched).toEqual([
      '3000000054',
      '3000000055',
    ])
    expect(assignFarmIds(['1'], []).unmatched).toEqual(['1'])
  })

  it('in mode prelay has one batch, of all points', () => {
    expect(farmBatch(points, null).points).toBe(points)
  })
})
