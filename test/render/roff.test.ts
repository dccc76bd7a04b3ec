import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Block, renderManualPage } from '../../src/render/index.ts'

const page = (...blocks: Block[]): string =>
  renderManualPage({ title: 't', section: 1, date: '2026-01-31', source: 's', manual: 'm', blocks })

const paragraph = (text: string): string =>
  page({ kind: 'paragraph', spans: [text] })
    .split('\n')
    .slice(2)
    .join('\n')

describe('text in a manual page', () => {
  test.each([
    ['a dot at the beginning of a line', '.TH is no request', '\\&.TH is no request\n'],
    ['an apostrophe', "it's", 'it\\(aqs\n'],
    ['a backslash', 'a\\fBb', 'a\\efBb\n'],
    ['quotes', 'say "no" `x` ^ ~/y', 'say \\(dqno\\(dq \\(gax\\(ga \\(ha \\(ti/y\n'],
    [
      'options and hyphens',
      'the flow-order of --json, -f (or -q) and [-x]',
      'the flow-order of \\-\\-json, \\-f (or \\-q) and [\\-x]\n',
    ],
    ['what is not ASCII', 'a é 测 😀', 'a \\[u00E9] \\[u6D4B] \\[u1F600]\n'],
    ['an ellipsis, also at the beginning', '… a…', '\\&... a...\n'],
  ])('%s', (_, text, roff) => {
    expect(paragraph(text)).toBe(roff)
  })

  test('is broken into lines, none of which becomes a request', () => {
    const lines = paragraph('.abcdefgh '.repeat(40)).trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(4)
    for (const line of lines) expect(line).toMatch(/^\\&\./)
  })

  test('in the head stays one argument', () => {
    expect(
      renderManualPage({ title: 'a "b', section: 1, date: '', source: 'x y', manual: '', blocks: [] }),
    ).toBe('.TH "A \\(dqB" "1" "" "x y" ""\n')
  })

  test('of an example keeps its lines, blanks and hyphens', () => {
    const text = page({ kind: 'example', lines: ['$ a --b  c', '.d'] })
    expect(text).toContain('.nf\n$ a \\-\\-b  c\n\\&.d\n.fi')
  })
})

const hasMandoc = spawnSync('mandoc', ['-Tutf8'], { input: '' }).error === undefined
if (!hasMandoc) test('manual pages were not read back: there is no mandoc', () => {})

test.skipIf(!hasMandoc)('mandoc shows every text as it is', () => {
  const word = fc.string({
    unit: fc.constantFrom(...Array.from(`ab.'"\\-\`^~%$#*[](){}|é`)),
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const input = page({ kind: 'heading', text: 'NAME' }, { kind: 'example', lines: words })
      const shown = execFileSync('mandoc', ['-Tutf8'], { input, encoding: 'utf8' }).replace(/.\x08/g, '')
      const body = shown
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .slice(2, -1)
      expect(body).toEqual(words)
    }),
    { numRuns: 40 },
  )
})
