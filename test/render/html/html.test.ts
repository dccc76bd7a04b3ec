import { expect, test } from 'vitest'
import { joinHtml, markup, raw } from '../../../src/render/html/html.ts'
import { htmlTable } from '../../../src/render/html/table.ts'
import { htmlHeatMap } from '../../../src/render/html/heat-map.ts'
import { renderPage } from '../../../src/render/html/page.ts'

test.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  [`" onload='x' \``, '&quot; onload=&#39;x&#39; &#96;'],
  ['a & b &amp; c', 'a &amp; b &amp;amp; c'],
  ['txt\u202egpj\x1b[31m\u0000', 'txt\\u202egpj\\x1b[31m\\x00'],
  ['测试 é', '测试 é'],
  ['\ud800', '\\ud800'],
])('text goes into markup as text: %j', (text, expected) => {
  expect(markup`<p title="${text}">${text}</p>`.text).toBe(`<p title="${expected}">${expected}</p>`)
})

test('markup goes in as it is, null and false not at all, 0 as 0', () => {
  expect(
    markup`${[markup`<b>`, raw('&')]}${null}${false}${0}${joinHtml([raw('a'), raw('b')], '<br>')}`.text,
  ).toBe('<b>&0a<br>b')
})

test('a table has headings of rows and columns, full numbers to sort by, and the words that colours stand for', () => {
  const { text } = htmlTable({
    caption: 'Of "all"',
    rows: [
      { name: '<x>', size: 3.124e-11 },
      { name: 'y', size: null },
    ],
    columns: [
      { key: 'name', value: (row) => row.name },
      {
        key: 'SIZE',
        title: 'SIZE [p]',
        align: 'right',
        value: (row) => row.size,
        text: (row) => (row.size === null ? 'failed' : '31.24'),
        paint: () => 'red',
      },
      { key: 'where', title: 'AT', value: () => null },
    ],
  })
  expect(text).toContain('aria-label="Of &quot;all&quot;"')
  expect(text).toContain(
    '<th scope="row">&lt;x&gt;</th><td class="n bad" data-v="3.124e-11">31.24</td><td>-</td>',
  )
  expect(text).toContain('<td class="n bad">failed</td>')
  expect(text).toMatch(
    /<th scope="col">name<\/th><th scope="col" class="n">SIZE \[p\]<\/th><th scope="col">at<\/th>/,
  )
})

test('every cell of a heat map says in text what it is', () => {
  const cell = { value: null, text: null, waived: false, share: null }
  const { text } = htmlHeatMap({
    ...{ measurement: '<d>', unit: 's', facts: [], scale: { of: 'margin_percent', low: 1, high: 90 } },
    groups: [{ extraction: '<e>', voltages: ['v1min_v2<b>', 'b', 'c', 'd', 'e', 'f'] }],
    rows: [
      {
        ...{ corner: 'TT', temperature_c: -40 },
        cells: [
          { ...cell, state: 'pass', value: 3e-11, share: 1 },
          { ...cell, state: 'near', value: 4e-11, share: 0 },
          { ...cell, state: 'fail', value: 5e-11, waived: true },
          { ...cell, state: 'failed', text: '<i>' },
          { ...cell, state: 'missing' },
          null,
        ],
      },
    ],
  })
  expect(
    text
      .match(/<td.*<\/td>/)![0]
      .split('<td')
      .slice(1),
  ).toEqual([
    ' class="m6">30.00 </td>',
    ' class="near">40.00~</td>',
    ' class="fail">50.00!w</td>',
    ' class="gap">&times;&lt;i&gt;</td>',
    ' class="gap"><span class="unseen">missing</span>?</td>',
    ' class="none"><span class="unseen">not expected</span></td>',
  ])
  expect(text).toContain('<th scope="col">v1min_<br>v2&lt;b&gt;</th>')
  expect(text).toContain('[ps]')
  expect(text).not.toMatch(/<[dei]>/)
})

test('a page allows its own style and script alone, and has no attribute that runs or styles', () => {
  const page = renderPage({
    ...{
      kicker: '<k>',
      title: '</title><script>alert(1)</script>',
      alerts: ['"<a>'],
      facts: [['<f>', '<t>']],
    },
    ...{ verdict: { word: 'fail', sentence: '<s>', look: 'bad' }, foot: markup`` },
    sections: [{ id: 'x', title: '<h>', body: markup`<p>body` }],
  })
  expect(page).toMatch(
    /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; img-src data:;/,
  )
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page).not.toMatch(/<[kfats]>|<h>/)
  expect(page).not.toMatch(/<[^>]* (on\w+|style)=/)
  // What the file says is read as UTF-8, however the program was loaded.
  expect(page).toContain('<meta charset="utf-8"')
})
