import { expect, test } from 'vitest'
import { visible } from '../../src/render/index.ts'

test.each([
  ['two\nlines', 'two\\nlines'],
  ['a\tb\r', 'a\\tb\\r'],
  ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
  ['\0\x7f', '\\x00\\x7f'],
  ['\x80\x9b2J\x9f', '\\x80\\x9b2J\\x9f'],
  ['\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
  ['user\u202etxt.exe', 'user\\u202etxt.exe'],
  ['\u202a\u202b\u202c\u202d', '\\u202a\\u202b\\u202c\\u202d'],
  ['\u2066\u2067\u2068\u2069', '\\u2066\\u2067\\u2068\\u2069'],
  ['\ufeffhead', '\\ufeffhead'],
  ['\u2028\u2029', '\\u2028\\u2029'],
  ['half \ud83d of a pair', 'half \\ud83d of a pair'],
  ['other half \ude00', 'other half \\ude00'],
])('%j is shown as %s', (text, shown) => {
  expect(visible(text)).toBe(shown)
})

test.each([
  '',
  'FFG_SSG/typical/m40/v1min',
  'C:\\temp',
  'ångström Ω µ',
  '漢字 かな',
  '😀 👩‍🔬',
  'e\u0301',
  '\u00a0',
])('ordinary text %j stays as it is', (text) => {
  expect(visible(text)).toBe(text)
})
