import { describe, expect, it } from 'vitest'
import { decodeText, quoted, splitLines } from '../../src/parse/text.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('decodeText', () => {
  it.each([
    ['plain text', bytes('a\r\nb'), 'a\r\nb'],
    ['empty text', bytes(''), ''],
    ['a byte order mark', bytes('\ufeffmode:prelay\n'), 'mode:prelay\n'],
    ['UTF-8', bytes('größe'), 'größe'],
    ['a byte that is no UTF-8', Uint8Array.of(0x61, 0xe9, 0x62), 'a\ufffdb'],
    ['control bytes in a title', bytes(`.TITLE '\u0001\u0002c:\\deck'`), `.TITLE '\u0001\u0002c:\\deck'`],
  ])('%s is text', (_, input, text) => {
    expect(decodeText(input)).toEqual({ text })
  })

  it.each([
    ['UTF-16 little-endian', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'UTF-16 text: convert it to UTF-8'],
    ['UTF-16 big-endian', Uint8Array.of(0xfe, 0xff, 0, 0x61), 'UTF-16 text: convert it to UTF-8'],
    ['a NUL', bytes('0123456789abcdef\0'), 'not text: NUL at byte 17'],
    ['gzip data', Uint8Array.of(0x1f, 0x8b, 8, 1), 'not text: gzip data'],
    ['mostly control bytes', Uint8Array.of(1, 2, 3, 4, 0x61), 'not text: binary data'],
  ])('%s is refused', (_, input, refused) => {
    expect(decodeText(input)).toEqual({ refused })
  })
})

describe('splitLines', () => {
  it.each([
    ['no line', '', []],
    ['one line', 'a\n', [{ text: 'a', number: 1, terminated: true }]],
    ['one line without newline', 'a', [{ text: 'a', number: 1, terminated: false }]],
    ['one empty line', '\n', [{ text: '', number: 1, terminated: true }]],
    [
      'CRLF',
      'a\r\n\r\nb\r',
      [
        { text: 'a', number: 1, terminated: true },
        { text: '', number: 2, terminated: true },
        { text: 'b', number: 3, terminated: false },
      ],
    ],
    ['a carriage return inside', 'a\rb\n', [{ text: 'a\rb', number: 1, terminated: true }]],
    ['other separators', 'a\u2028b\fc\n', [{ text: 'a\u2028b\fc', number: 1, terminated: true }]],
  ])('%s', (_, text, lines) => {
    expect(splitLines(text)).toEqual(lines)
  })
})

it('a quoted text spells control characters and is cut at 60 characters', () => {
  expect(quoted('prelay\r')).toBe(String.raw`'prelay\r'`)
  expect(quoted('a\tb\u0001')).toBe(String.raw`'a\tb\x01'`)
  expect(quoted('x'.repeat(100))).toBe(`'${'x'.repeat(59)}…'`)
})
