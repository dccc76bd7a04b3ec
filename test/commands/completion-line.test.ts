import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readLine, unquoted } from '../../src/commands/completion-line.ts'
import { renderAnswer } from '../../src/commands/completion-answer.ts'

const environment = { HOME: '/home/ada', DB: '/data/my db', EMPTY: '' }

describe('a command line up to the cursor', () => {
  test.each([
    ['nothing yet', 'pvt ', [], ''],
    ['a word that is being typed', 'pvt results sh', ['results'], 'sh'],
    ['blanks and tabs between words', '  pvt   results \t show  ', ['results', 'show'], ''],
    ['quoted blanks', `pvt 'a b' "c d" e\\ f x`, ['a b', 'c d', 'e f'], 'x'],
    ['quotes in the middle of a word', `pvt a' 'b"c" x`, ['a bc'], 'x'],
    ['an open quote', `pvt 'a "b`, [], 'a "b'],
    ['escapes within double quotes', `pvt "a\\"b\\$c\\d" `, ['a"b$c\\d'], ''],
    ['no escapes within single quotes', `pvt 'a\\' b`, ['a\\'], 'b'],
    [
      'variables of the environment',
      'pvt --db $DB "${DB}" x$EMPTY ',
      ['--db', '/data/my db', '/data/my db', 'x'],
      '',
    ],
    ['no variables within single quotes', `pvt '$DB' `, ['$DB'], ''],
    ['the home folder', 'pvt ~/x --db=~/y a~ "~/z" ', ['/home/ada/x', '--db=/home/ada/y', 'a~', '~/z'], ''],
    ['an unfinished variable as it stands', 'pvt ~/$DB', [], '~/$DB'],
    ['redirections that were typed before', 'pvt history 2>/dev/null >x --li', ['history'], '--li'],
    ['a backslash at the end', 'pvt a\\', [], 'a'],
    ['a command substitution as it stands', 'pvt $(id) x', ['$(id)'], 'x'],
    ['the program alone', 'pvt', [], 'pvt'],
  ])('%s', (_, line, words, current) => {
    const read = readLine('bash', line, environment)
    expect({ words: read.words, current: read.current.text }).toEqual({ words, current })
  })

  test('is a file name after a redirection', () => {
    expect(readLine('bash', 'pvt history >', environment).redirected).toBe(false)
    expect(readLine('bash', 'pvt history > fi', environment).redirected).toBe(true)
    expect(readLine('zsh', 'pvt history 2>>fi', environment).redirected).toBe(true)
    expect(readLine('bash', `pvt job note 'a > b' fi`, environment).redirected).toBe(false)
  })

  test('can begin with assignments', () => {
    const { assignments, words } = readLine('zsh', `A=1 PVT_DB="$DB/x y" pvt job st`, environment)
    expect({ assignments, words }).toEqual({
      assignments: { A: '1', PVT_DB: '/data/my db/x y' },
      words: ['job'],
    })
  })

  test('of fish has backslashes within single quotes', () => {
    expect(readLine('fish', `pvt 'it\\'s' x`, environment).words).toEqual([`it's`])
  })

  test('of tcsh has no quotes left', () => {
    expect(readLine('tcsh', `pvt it's ~/x de`, environment)).toMatchObject({
      words: [`it's`, '/home/ada/x'],
      current: { text: 'de' },
    })
  })

  test('of any characters at all is read to its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from(`ab '"\\$<>~=&{}\n\t`)) }), (text) => {
        for (const shell of ['bash', 'zsh', 'fish', 'tcsh'] as const) {
          expect(`pvt ${text}`.endsWith(readLine(shell, `pvt ${text}`, environment).current.raw)).toBe(true)
        }
      }),
    )
  })
})

describe('an answer for bash', () => {
  const answer = (value: string, typed: string, replaced: string): string[] => {
    const { current } = readLine('bash', `pvt ${typed}`, {})
    const text = renderAnswer(
      'bash',
      { paths: 'values', candidates: [{ value, description: '' }] },
      current,
      replaced,
    )
    return text.trimEnd().split('\n').slice(1)
  }

  test.each([
    ['outside of quotes, escaped', "it's $5", 'it', 'it', "it\\'s\\ \\$5"],
    ['within single quotes', "it's $5", "'it", 'it', "it'\\''s $5"],
    ['within double quotes', 'a "b" $5', '"a', 'a', 'a \\"b\\" \\$5'],
    ['after an equals sign that bash takes for the end of a word', '--job=3f2a', '--job=3', '3', '3f2a'],
    ['after a colon', 'a:b:c', 'a:b', 'b', 'b:c'],
    ['after a quote within the word', '--tag=a b', "--tag='a ", 'a ', 'a b'],
  ])('is %s', (_, value, typed, replaced, expected) => {
    expect(answer(value, typed, replaced)).toEqual([expected])
  })

  test('leaves out what does not fit, twice the same, and what a terminal would obey', () => {
    const values = ['abc', 'abd', 'abc', 'xyz', 'ab\x1b[2J', 'ab\nc', 'ab\u202ec']
    const candidates = values.map((value) => ({ value, description: '' }))
    const { current } = readLine('bash', 'pvt ab', {})
    expect(renderAnswer('bash', { paths: 'values', candidates }, current, 'ab')).toBe('values\nabc\nabd\n')
  })

  test('put into the line again, means the value', () => {
    const value = fc.string({
      unit: fc.constantFrom(...Array.from(`ab '"\\$<>~=:&{}*?[];|()#!é`)),
      minLength: 1,
    })
    fc.assert(
      fc.property(value, fc.constantFrom('', "'", '"'), (text, open) => {
        const { current } = readLine('bash', `pvt ${open}`, {})
        const candidates = [{ value: text, description: '' }]
        const line = renderAnswer('bash', { paths: 'values', candidates }, current, '').split('\n')[1]!
        expect(unquoted('bash', line, open as '')).toBe(text)
      }),
    )
  })
})

test('a description shows control characters and does not end the candidate', () => {
  const candidates = [{ value: 'a:b\\c', description: 'x\ty\x1b[31m\nz' }]
  const { current } = readLine('zsh', 'pvt ', {})
  const answer = { paths: 'values', candidates } as const
  expect(renderAnswer('zsh', answer, current, '')).toBe('values\na\\:b\\\\c:x\\ty\\x1b[31m\\nz\n')
  expect(renderAnswer('fish', answer, current, '')).toBe('values\na:b\\c\tx\\ty\\x1b[31m\\nz\n')
})
