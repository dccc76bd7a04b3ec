import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openScreen } from '../src/screen.ts'
import { ShownTerminal } from './support/terminal.ts'

/** A screen on a terminal that shows a line already; the size may be changed. */
function open(size = { rows: 24, columns: 80 }) {
  const terminal = new ShownTerminal(size.rows, size.columns).write('$ pvt\r\n')
  let written = ''
  const screen = openScreen({
    write: (text) => {
      written += text
      // As the system does for every program.
      terminal.write(text.replaceAll('\n', '\r\n'))
    },
    columns: () => size.columns,
    rows: () => size.rows,
  })
  const take = (): string => {
    const taken = written
    written = ''
    return taken
  }
  return { screen, terminal, take }
}

test('each drawing replaces the one before and leaves what stood above', () => {
  const { screen, terminal } = open()
  for (const text of ['one\ntwo\nthree\n', 'ONE\n', 'a\nb\n', '']) {
    screen.draw(text)
    expect(terminal.text).toBe(`$ pvt\n${text}`.trimEnd())
  }
})

test('it neither clears the screen nor hides the cursor nor leaves a colour on', () => {
  const { screen, take } = open({ rows: 24, columns: 6 })
  screen.draw('\x1b[1mbold and long\x1b[22m\n')
  screen.draw('x\n')
  expect(take()).toBe('\r\x1b[1mbold \x1b[22m\x1b[K\n\x1b[J\r\x1b[1Ax\x1b[K\n\x1b[J')
})

test('the same again writes nothing, but on a terminal of another size', () => {
  const size = { rows: 24, columns: 80 }
  const { screen, take, terminal } = open(size)
  screen.redraw()
  screen.draw('abcdef\n')
  take()
  screen.draw('abcdef\n')
  expect(take()).toBe('')
  size.columns = 4
  screen.redraw()
  expect(terminal.text).toBe('$ pvt\nabc')
})

test('after it was left it goes on below', () => {
  const { screen, terminal } = open()
  screen.draw('one\n')
  screen.leave()
  terminal.write('[1]+ Stopped\r\n$ fg\r\n')
  screen.draw('one\n')
  screen.draw('two\n')
  expect(terminal.text).toBe('$ pvt\none\n[1]+ Stopped\n$ fg\ntwo')
})

describe('what has no room', () => {
  test('below is counted', () => {
    const { screen, terminal } = open({ rows: 4, columns: 80 })
    screen.draw('1\n2\n3\n')
    expect(terminal.text).toBe('$ pvt\n1\n2\n3')
    screen.draw('1\n2\n3\n4\n5\n')
    expect(terminal.text).toBe('$ pvt\n1\n2\n(3 more lines)')
  })

  test('to the right is cut, wide characters as a whole', () => {
    const { screen, terminal } = open({ rows: 24, columns: 6 })
    screen.draw('abcde\nabcdef\n中文中\né中é中\n')
    expect(terminal.text).toBe('$ pvt\nabcde\nabcde\n中文\né中é')
  })

  test('never scrolls: the frame stands once, below what was there before', () => {
    const text = fc.array(
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\x1b[1m', '\x1b[22m'), maxLength: 30 }),
    )
    const size = fc.record({
      rows: fc.integer({ min: 2, max: 9 }),
      columns: fc.integer({ min: 20, max: 40 }),
    })
    fc.assert(
      fc.property(size, fc.array(text, { minLength: 1, maxLength: 5 }), (given, texts) => {
        const { screen, terminal } = open({ ...given })
        for (const lines of texts) screen.draw(lines.map((line) => `${line}\n`).join(''))
        const plain = texts
          .at(-1)!
          .map((line) => line.replaceAll(/\x1b\[\d+m/g, '').slice(0, given.columns - 1))
        const most = given.rows - 1
        const shown =
          plain.length <= most
            ? plain
            : [...plain.slice(0, most - 1), `(${plain.length - most + 1} more lines)`]
        const expected = ['$ pvt', ...shown]
          .map((line) => line.slice(0, given.columns - 1).trimEnd())
          .join('\n')
        expect(terminal.text).toBe(expected.trimEnd())
      }),
    )
  })
})
