import fc from 'fast-check'

/** What a simulator measured: a value of each name for each step; null where it failed. */
export interface Measured {
  names: string[]
  /** A value for each name; the steps are numbered from 1. */
  rows: (string | null)[][]
  wrap: number
}

export interface MeasureText {
  /** The dialect that the text is recognised as. */
  dialect: string
  text: (measured: Measured) => string
  /** Whether each line says what it holds, so that lines can be moved without harm. */
  linesAreLabelled: boolean
  /** Whether it can hold more than one step. */
  isSwept: boolean
}

const number = fc
  .tuple(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: -18, max: -1 }))
  .map(([digits, power]) => (digits / 1000 + 0.0005).toFixed(4) + `e-${String(-power).padStart(2, '0')}`)

const name = fc
  .stringMatching(/^[a-z]{4}[a-z0-9_]{0,12}$/)
  .filter((text) => !/^(?:index|temper|targ|trig)$/.test(text))

export const measured: fc.Arbitrary<Measured> = fc
  .record({
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).map((names) => names.sort()),
    count: fc.integer({ min: 1, max: 4 }),
    wrap: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ names, count, wrap }) =>
    fc.record({
      names: fc.constant(names),
      rows: fc.array(
        fc.array(fc.option(number, { freq: 6 }), { minLength: names.length, maxLength: names.length }),
        { minLength: count, maxLength: count },
      ),
      wrap: fc.constant(wrap),
    }),
  )

/** Texts of all dialects, as their simulators write them. */
export const measureTexts: MeasureText[] = [
  {
    dialect: 'hspice-default',
    isSwept: true,
    linesAreLabelled: false,
    text: ({ names, rows, wrap }) =>
      lines(
        "$DATA1 SOURCE='HSPICE' VERSION='X' PARAM_COUNT=1",
        ".TITLE '* deck'",
        ...wrapped(header(names), wrap),
      ) + rows.map((row, step) => lines(...wrapped(record(row, step), wrap + 1))).join(''),
  },
  {
    dialect: 'hspice-measform1',
    isSwept: true,
    linesAreLabelled: true,
    text: ({ names, rows }) =>
      lines("$DATA1 SOURCE='HSPICE' VERSION='X' PARAM_COUNT=1", '$OPTION MEASFORM=1', ".TITLE '* deck'") +
      lines(header(names).join(' '), ...rows.map((row, step) => ` ${record(row, step).join('   ')}`)),
  },
  {
    dialect: 'hspice-measform3-csv',
    isSwept: true,
    linesAreLabelled: true,
    text: ({ names, rows }) =>
      lines(
        '$DATA1',
        '$OPTION MEASFORM=3',
        '$index=1 is a nominal sample in Monte Carlo.',
        ".TITLE '* deck'",
      ) + lines(header(names).join(','), ...rows.map((row, step) => record(row, step).join(', '))),
  },
  {
    dialect: 'spectre-mt-horizontal',
    isSwept: true,
    linesAreLabelled: false,
    text: ({ names, rows, wrap }) =>
      lines('$ Simulator: spectre (ver. 19.1)', ".title '* deck'", ...filled(header(names), 20 * wrap)) +
      rows.map((row, step) => lines(...filled(record(row, step), 20 * wrap))).join('') +
      '\n',
  },
  {
    dialect: 'spectre-measure-log',
    isSwept: true,
    linesAreLabelled: false,
    text: ({ names, rows, wrap }) =>
      lines(
        'Exported variables from results directory:  ./x.raw/',
        '',
        'design  :  * deck',
        'version  :  19.1',
        '',
      ) +
      lines('Swept Measurements :', 'Measurement Name   :  tran1', 'Analysis Type      :  tran') +
      names
        .flatMap((measure, column) =>
          rows.map((row, step) => {
            const value = row[column] ?? 'NaN'
            const index = `index @ ${step + 1}            =  ${value}     `
            return wrap === 1
              ? lines(`${measure}       ${index}`)
              : lines(`${measure}    temp  @ 25   `, `     ${index}`)
          }),
        )
        .join('') +
      '\n\n',
  },
  {
    dialect: 'name-value',
    isSwept: true,
    linesAreLabelled: false,
    text: ({ names, rows }) =>
      lines("$DATA1 SOURCE='HSPICE' VERSION='X'", '$OPTION MEASFORM=2', ".TITLE '* deck'") +
      rows.map((row, step) => lines(...assignments(header(names), record(row, step)))).join(''),
  },
  {
    dialect: 'xyce',
    isSwept: false,
    linesAreLabelled: true,
    text: ({ names, rows }) =>
      lines(
        ...assignments(
          names.map((measure) => measure.toUpperCase()),
          rows[0]!.map((value) => value ?? 'FAILED'),
        ),
      ),
  },
  {
    dialect: 'tspice-measure',
    isSwept: false,
    linesAreLabelled: true,
    text: ({ names, rows }) =>
      lines('Measurement Results') +
      lines(
        ...assignments(
          names,
          rows[0]!.map((value) => value ?? 'failed'),
        ),
      ),
  },
  {
    dialect: 'qspice-meas',
    isSwept: true,
    linesAreLabelled: false,
    text: ({ names, rows }) =>
      names
        .map(
          (measure, column) =>
            lines(`.meas tran ${measure} find v(out) at 1m:`) +
            rows
              .map((row, step) =>
                lines(`  ${rows.length === 1 ? '' : `${step}   `}${row[column] ?? 'failed'}   0.001`),
              )
              .join(''),
        )
        .join(''),
  },
]

const header = (names: readonly string[]): string[] => ['index', ...names, 'temper', 'alter#']

const record = (row: readonly (string | null)[], step: number): string[] => [
  String(step + 1),
  ...row.map((value) => value ?? 'failed'),
  '25.5',
  '1',
]

const lines = (...parts: readonly string[]): string => parts.map((part) => `${part}\n`).join('')

function wrapped(tokens: readonly string[], count: number): string[] {
  return Array.from({ length: Math.ceil(tokens.length / count) }, (_, line) =>
    tokens.slice(line * count, (line + 1) * count).join(' '),
  )
}

/** Lines of at most so many characters, but for longer tokens. */
function filled(tokens: readonly string[], width: number): string[] {
  const found: string[] = []
  for (const token of tokens) {
    const last = found.at(-1)
    if (last !== undefined && last.length + 1 + token.length <= width)
      found[found.length - 1] = `${last} ${token}`
    else found.push(token)
  }
  return found
}

const assignments = (names: readonly string[], values: readonly string[]): string[] =>
  names.map((measure, column) => `${measure} = ${values[column]!}`)
