import { expect, test, describe } from 'vitest'
import { toPoint } from '../../src/domain/point.ts'
import { rank } from '../../src/domain/provenance.ts'
import type { ResultSource } from '../../src/domain/measurement.ts'
import { mergeSources, resultKey } from '../../src/import/merge-sources.ts'
import type { SourceRow } from '../../src/import/read-sources.ts'

const tt = toPoint('TT', 'typical', 'm40', 'v1min')!
const ssg = toPoint('SSG', 'typical', 'm40', 'v1min')!

/** A row of TT; a value that is a text failed with it. */
function row(
  source: ResultSource,
  values: Record<string, number | string>,
  fields: Partial<SourceRow> = {},
): SourceRow {
  const entries = Object.entries(values)
  return {
    ...{
      point: tt,
      source,
      file: `${source}.txt`,
      netlist: null,
      line: 2,
      alter_number: 1,
      temper: -40,
      sweep: {},
    },
    measurements: Object.fromEntries(
      entries.map(([name, value]) => [name, typeof value === 'number' ? value : null]),
    ),
    failed: Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    ...fields,
  }
}

const everyOrder = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item) =>
        everyOrder(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      )

test('nothing makes nothing', () => {
  expect(mergeSources([])).toEqual({ results: [], disagreements: [], tellings: [] })
})

test('a row becomes a result with all that it tells', () => {
  const only = row(
    'measure',
    { a: 1, b: 'failed' },
    { netlist: 'x.sp', alter_number: 3, sweep: { swp: 0.1 } },
  )
  expect(mergeSources([only]).results).toEqual([
    {
      ...tt,
      ...{ alter_number: 3, row_number: 1, sweep: { swp: 0.1 }, measurements: { a: 1, b: null } },
      ...{ failed: { b: 'failed' }, status: 'failed', source: 'measure', netlist_path: 'x.sp' },
      mt0_file_path: 'measure.txt',
      ...{ source_line: 2, other_sources: [], measurement_sources: {} },
    },
  ])
})

test('the rawest wins in whatever order the files are read, and all values are named', () => {
  expect(['measure', 'report', 'creport'].map((source) => rank(source as ResultSource))).toEqual([0, 1, 2])
  const rows = [row('measure', { a: 1, b: 5 }), row('report', { a: 2, b: 5 }), row('creport', { a: 3, b: 5 })]
  for (const order of everyOrder(rows)) {
    const { results, disagreements } = mergeSources(order)
    expect(results).toMatchObject([
      { source: 'measure', measurements: { a: 1, b: 5 }, mt0_file_path: 'measure.txt' },
    ])
    expect(disagreements).toEqual([
      {
        ...{ point: 'TT/typical/m40/v1min', alter_number: 1, row_number: 1, measurement: 'a' },
        sources: { measure: 1, report: 2, creport: 3 },
        files: { measure: 'measure.txt', report: 'report.txt', creport: 'creport.txt' },
      },
    ])
    expect(Object.keys(disagreements[0]!.sources)).toEqual(['measure', 'report', 'creport'])
  }
})

describe('a disagreement', () => {
  test.each<[string, Record<string, number | string>, Record<string, number | string>, unknown[]]>([
    ['none: the same number', { a: 1e-11 }, { a: 1e-11 }, []],
    ['none: 0 and -0', { a: 0 }, { a: -0 }, []],
    ['none: both failed, with other words', { a: 'failed' }, { a: 'error' }, []],
    ['none: only the first has it', { a: 1, b: 2 }, { a: 1 }, []],
    ['none: only the second has it', { a: 1 }, { a: 1, b: 2 }, []],
    ['none: no measurement at all', {}, {}, []],
    ['a last digit', { a: 1.0000001 }, { a: 1.0000002 }, [{ measure: 1.0000001, creport: 1.0000002 }]],
    ['a number against a failure', { a: 1 }, { a: 'error' }, [{ measure: 1, creport: null }]],
    ['a failure against a number', { a: '' }, { a: 1 }, [{ measure: null, creport: 1 }]],
    [
      'a sign',
      { a: 1, b: -2 },
      { a: -1, b: 2 },
      [
        { measure: 1, creport: -1 },
        { measure: -2, creport: 2 },
      ],
    ],
  ])('%s', (_, first, second, expected) => {
    const { results, disagreements } = mergeSources([row('measure', first), row('creport', second)])
    expect(disagreements.map(({ sources }) => sources)).toEqual(expected)
    const { measurements, failed } = row('measure', first)
    expect(results).toMatchObject([{ measurements, failed, status: 'a' in failed ? 'failed' : 'ok' }])
  })

  test.each(['__proto__', 'constructor', 'toString', '42'])('of a measurement called %s', (name) => {
    const values = (value: number): Record<string, number> =>
      JSON.parse(`{"${name}":${value}}`) as Record<string, number>
    expect(mergeSources([row('report', {}), row('creport', values(1))]).disagreements).toEqual([])
    expect(mergeSources([row('report', values(1)), row('creport', values(2))]).disagreements).toMatchObject([
      { measurement: name, sources: { report: 1, creport: 2 } },
    ])
  })

  test('between the two that are less raw is named, though the first has no say in it', () => {
    const rows = [row('measure', { a: 1 }), row('report', { a: 1 }), row('creport', { a: 2 })]
    expect(mergeSources(rows).disagreements).toMatchObject([
      { sources: { measure: 1, report: 1, creport: 2 } },
    ])
  })
})

describe('rows of one point', () => {
  test('and one alter in one file are numbered in the order of the file', () => {
    const rows = [1, 2, 3].map((a) => row('creport', { a }))
    const { results, disagreements } = mergeSources(rows)
    expect(results.map(({ row_number, measurements }) => [row_number, measurements.a])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(disagreements).toEqual([])
  })

  test('are numbered alter by alter and point by point', () => {
    const rows = [
      row('report', { a: 1 }),
      row('report', { a: 2 }, { alter_number: 2 }),
      row('report', { a: 3 }, { point: ssg }),
      row('report', { a: 4 }),
      row('report', { a: 5 }, { alter_number: 2 }),
    ]
    expect(mergeSources(rows).results.map((result) => [resultKey(result), result.measurements.a])).toEqual([
      ['TT/typical/m40/v1min 1 1', 1],
      ['TT/typical/m40/v1min 2 1', 2],
      ['SSG/typical/m40/v1min 1 1', 3],
      ['TT/typical/m40/v1min 1 2', 4],
      ['TT/typical/m40/v1min 2 2', 5],
    ])
  })

  test('of several files meet number by number; what one has more of is kept', () => {
    const rows = [...[1, 2].map((a) => row('report', { a })), ...[1, 7, 9].map((a) => row('creport', { a }))]
    const { results, disagreements } = mergeSources(rows)
    expect(
      results.map(({ source, row_number, measurements }) => [source, row_number, measurements.a]),
    ).toEqual([
      ['report', 1, 1],
      ['report', 2, 2],
      ['creport', 3, 9],
    ])
    expect(disagreements).toMatchObject([{ sources: { report: 2, creport: 7 } }])
  })

  test('keep their own sweep', () => {
    const rows = [0.1, 0.2].map((swp, index) =>
      row('creport', { a: 1 }, { sweep: { swp }, alter_number: index + 1 }),
    )
    expect(mergeSources(rows).results.map(({ sweep }) => sweep)).toEqual([{ swp: 0.1 }, { swp: 0.2 }])
  })
})

test('what was read is not changed', () => {
  const rows = [row('creport', { a: 1 }), row('measure', { a: 2 })]
  const before = structuredClone(rows)
  mergeSources(rows)
  expect(rows).toEqual(before)
})
