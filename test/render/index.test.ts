import { expect, test } from 'vitest'
import { type Document, render } from '../../src/render/index.ts'

const plain = { colour: false }
const jobs: Document<{ name: string; count: number | null }> = {
  value: [
    { name: 'gpio', count: 92 },
    { name: 'rx', count: null },
  ],
  columns: [
    { key: 'name', value: (row) => row.name },
    { key: 'count', align: 'right', value: (row) => row.count },
  ],
  rows: [
    { name: 'gpio', count: 92 },
    { name: 'rx', count: null },
  ],
}

test.each([
  ['table', 'NAME  COUNT\ngpio     92\nrx        -\n'],
  ['csv', 'name,count\ngpio,92\nrx,\n'],
  ['ndjson', '{"name":"gpio","count":92}\n{"name":"rx","count":null}\n'],
  ['json', `${JSON.stringify(jobs.value, null, 2)}\n`],
] as const)('a document has the form %s', async (format, text) => {
  expect(await render(format, jobs, plain)).toBe(text)
})

test('one thing is one line of ndjson, unless its lines are given', async () => {
  expect(await render('ndjson', { ...jobs, value: { job_id: 'a' } }, plain)).toBe('{"job_id":"a"}\n')
  expect(await render('ndjson', { ...jobs, value: { jobs: [] }, items: [1, 2] }, plain)).toBe('1\n2\n')
})

test("a command's own table takes the place of the plain one", async () => {
  expect(await render('table', { ...jobs, table: ({ colour }) => `own ${String(colour)}\n` }, plain)).toBe(
    'own false\n',
  )
})

test('the guard of csv can be switched on', async () => {
  const risky: Document<string> = { value: null, columns: [{ key: 'a', value: (row) => row }], rows: ['=1'] }
  expect(await render('csv', risky, plain)).toBe('a\n=1\n')
  expect(await render('csv', risky, { ...plain, csv: { guard: true } })).toBe("a\n'=1\n")
})
