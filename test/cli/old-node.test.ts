import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { abortsOnCollection } from '../../src/store/kept-objects.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/**
 * The oldest Node.js with which the program promises to run, as far as it lacks something that the program uses: 20.0.
 * What is built with one may be run with another.
 */
const oldest = `
  delete require('node:crypto').hash
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })
`

const mayAbort = abortsOnCollection(process.versions.node)
const root = resolve(import.meta.dirname, '..', '..')
let place: Workplace
let withOldest: Record<string, string>

beforeAll(async () => {
  place = openWorkplace()
  if (mayAbort) return
  writeFileSync(place.path('oldest.cjs'), oldest)
  withOldest = { NODE_OPTIONS: `--require ${place.path('oldest.cjs')}` }
  const copy = place.path('copy')
  mkdirSync(copy)
  for (const name of ['.ci', 'bin']) cpSync(join(root, name), join(copy, name), { recursive: true })
  for (const name of ['src', 'migrations', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(root, name), join(copy, name))
  const build = promisify(execFile)
  await build(process.execPath, ['.ci/build.mjs'], { cwd: copy, env: { ...place.env, ...withOldest } })
  makeDomain(place.path('gpio'), { measurements: ['del_rr'] })
})

afterAll(() => {
  place.remove()
})

// Where the driver may abort, it must know with which Node.js it runs.
test.skipIf(mayAbort).each([
  ['built with the oldest Node.js and run with it', 'copy', true],
  ['built with the oldest Node.js and run with this one', 'copy', false],
  ['built with this Node.js and run with the oldest', root, true],
])('%s, the program imports a backup', async (_, folder, isOldest) => {
  const program = resolve(place.folder, folder, 'bin', 'pvt.cjs')
  const { stdout, stderr, code } = await place.sh(
    `'${process.execPath}' '${program}' results import --recursive '${place.path('gpio')}' --dry-run`,
    { env: isOldest ? withOldest : {} },
  )
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  expect(stdout).toContain('imported 92 points')
})
