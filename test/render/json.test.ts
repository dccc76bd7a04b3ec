import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderJson, renderNdjson } from '../../src/render/index.ts'

test('a document is indented by two and ends with a newline', () => {
  expect(renderJson({ job_id: 'a', tags: [] })).toBe('{\n  "job_id": "a",\n  "tags": []\n}\n')
  expect(renderJson([])).toBe('[]\n')
})

test('what is no number, and what is absent, is null', () => {
  expect(renderJson([Number.NaN, Number.POSITIVE_INFINITY, undefined])).toBe(
    '[\n  null,\n  null,\n  null\n]\n',
  )
  expect(renderJson(undefined)).toBe('null\n')
})

test('control characters, direction marks and separators are escaped and read back', () => {
  const text = '\x1b[2J\x7f\x9b\u061c\u200e\u202e\u2028\u2029\u2066\ufeff\ud83d 漢 😀'
  const json = renderJson(text)
  expect(json).toBe(
    '"\\u001b[2J\\u007f\\u009b\\u061c\\u200e\\u202e\\u2028\\u2029\\u2066\\ufeff\\ud83d 漢 😀"\n',
  )
  expect(JSON.parse(json)).toBe(text)
})

test('any text reads back, and no terminal obeys it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = renderNdjson([{ [text]: text }])
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: text })))
      expect(json.trimEnd()).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]/)
    }),
  )
})

test('ndjson is a line for each value, and nothing for none', () => {
  expect(renderNdjson([{ a: [1, 2] }, null, 'x\ny'])).toBe('{"a":[1,2]}\nnull\n"x\\ny"\n')
  expect(renderNdjson([])).toBe('')
})
