import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
let id: string
const point = 'TT/typical/m40/v1min_v2min'

beforeAll(async () => {
  place = openWorkplace()
  domain = makeDomain(place.path('gpio'))
  id = await place.create(['-d', domain.folder])
  await place.json(['results', 'import', '-j', id])
})

afterAll(() => {
  place.remove()
})

interface Import {
  import_id: string
  files: { path: string; size: number; sha256: string }[]
  changes: unknown[]
}

const imports = (...words: string[]): Promise<Import[]> => place.json(['imports', '-j', id, ...words])

test('show --provenance tells the file, line, import and digest of every row, and what other files say', async () => {
  const [record] = await imports()
  const [row] = await place.json<Record<string, unknown>[]>([
    ...['results', 'show', '-j', id, '--point', point, '--provenance'],
  ])
  const file = domain.reportPaths.get(point)!
  const lines = readFileSync(domain.creportPath, 'utf8').split('\n')
  const line = 1 + lines.findIndex((text) => text.startsWith('TT\ttypical\t-40\tmin\tmin'))
  expect(row).toEqual({
    ...{ point, alter_number: 1, row_number: 1, source: 'report', mt0_file_path: file, source_line: 2 },
    ...{ import_id: record!.import_id, imported_at: expect.any(String) as string },
    ...{ imported_by: expect.any(String) as string, program_version: expect.any(String) as string },
    sha256: record!.files.find(({ path }) => path === file)!.sha256,
    other_sources: [{ source: 'creport', file: domain.creportPath, line, agrees: true }],
    measurement_sources: {},
  })
  const csv = await place.pvt(['results', 'show', '-j', id, '--provenance', '--limit', '1', '-f', 'csv'])
  expect(csv.stdout.split('\n')[0]).toBe(Object.keys(row!).join(','))
  const table = await place.pvt(['results', 'show', '-j', id, '--provenance', '--point', point])
  expect(table.stdout).toContain(`${file}:2`)
  expect(table.stdout).toContain('creport agrees')
})

test('a changed value is named on stderr and in the import, vanished rows too; --prune removes them', async () => {
  const path = domain.reportPaths.get(point)!
  const { del_rr } = domain.truth.get(point)!
  rmSync(domain.creportPath)
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\n[^\t]+/, '\n9.00000000e-11'))
  const gone = 'SSG/typical/125/v1max_v2max'
  rmSync(domain.reportPaths.get(gone)!)
  const answer = await place.pvt(['results', 'import', '-j', id])
  expect(answer.code).toBe(0)
  expect(answer.stderr).toContain(`${point}: del_rr ${String(del_rr)} -> 9e-11 (${path})`)
  expect(answer.stderr).toContain(
    `${gone}: the row of ${domain.reportPaths.get(gone)!}: not in the files any more`,
  )
  expect(answer.stdout).toMatch(/1 updated, .*; 1 vanished\n$/)
  expect((await place.pvt(['results', 'import', '-j', id, '-q'])).stderr).toBe('')
  const pruned = await place.pvt(['results', 'import', '-j', id, '--prune'])
  expect(pruned.stdout).toMatch(/1 row pruned\n$/)
  expect(await imports()).toMatchObject([
    { results_pruned: 1, vanished_count: 1 },
    { changes: [{ point, measurement: 'del_rr', old: del_rr, new: 9e-11 }], results_updated: 1 },
    { files: expect.any(Array) as unknown[] },
  ])
})

test('imports lists a job, and shows one whole by the beginning of its id', async () => {
  const [newest] = await imports()
  const table = await place.pvt(['imports', '-j', id])
  expect(table.stdout.split('\n')).toHaveLength(5)
  expect(table.stdout).toContain(newest!.import_id.slice(0, 8))
  expect(await place.json(['imports', newest!.import_id.slice(0, 8)])).toEqual(newest)
  const whole = await place.pvt(['imports', newest!.import_id])
  expect(whole.stdout).toContain('vanished (1)')
  expect(whole.stdout).toContain(newest!.files[0]!.sha256)
  expect((await place.pvt(['imports', '-j', id, '--verbose'])).stdout).toContain('changed values (1)')
  expect(await place.json(['imports', '-j', await place.create(['-d', domain.folder])])).toEqual([])
})

test.each([
  [['imports', '0123456789abcdef'], 3, /no import 0123456789abcdef/],
  [['imports', 'xyz'], 2, /no import id/],
  [['imports', '0123', '-j', '@latest'], 2, /--job/],
  [['results', 'import', '--prefer', 'rumour'], 2, /measure, report, creport/],
])('%j ends with %i', async (words, code, message) => {
  const answer = await place.pvt(words)
  expect(answer).toMatchObject({ code, stdout: '' })
  expect(answer.stderr).toMatch(message)
})

test('of a measurement that is pruned it is said that it was removed', async () => {
  const report = place.path('report_TT_typical_m40_v1min.txt')
  const job = await place.create(['-d', place.path('gpio')])
  const importing = async (text: string, ...words: string[]): Promise<string> => {
    writeFileSync(report, text)
    return (await place.pvt(['results', 'import', report, '-j', job, ...words])).stderr
  }
  await importing('a\tb\ttemper\talter#\t\n1\t2\t-40\t1\t\n')
  const lost = 'a\ttemper\talter#\t\n1\t-40\t1\t\n'
  expect(await importing(lost)).toContain(
    `b of ${report}: not in the files any more, kept (--prune removes it)`,
  )
  expect(await importing(lost, '--prune')).toContain(`b of ${report}: removed`)
})
