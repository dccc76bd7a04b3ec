'use strict'
// Writes dist/cli.cache: what V8 made of dist/cli.cjs, with all functions that the commands below have called. The
// program is run in this process; bin/pvt.cjs reads the cache.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { Script } = require('node:vm')

const commands = [
  ['--version'],
  ['job', 'create', '--set', 'mode=prelay'],
  ['stage', 'start', 'gen'],
  ['stage', 'done', 'gen'],
  ['stage', 'fail', 'run'],
  ['job', 'status'],
  ['job', 'log'],
  ['job', 'status', '.', 'completed'],
  ['history'],
  ['history', '--json'],
  ['results', 'show', '--json'],
  ['history'],
]
/** The last one in colour. */
const colourful = commands.at(-1)

const folder = join(__dirname, '..', 'dist')
const filename = join(folder, 'cli.cjs')
const script = new Script(wrap(readFileSync(filename, 'latin1')), { filename })
const place = mkdtempSync(join(tmpdir(), 'pvt-build-'))
process.chdir(place)
Object.assign(process.env, { PVT_DB: join(place, 'pvt.db'), USER: 'build', NO_COLOR: '1' })
delete process.env.PVT_JOB

// A command is over when nothing is left to do.
process.on('beforeExit', () => {
  const command = commands.shift()
  if (command !== undefined) return run(command)
  writeFileSync(join(folder, 'cli.cache'), script.createCachedData())
  process.chdir(folder)
  rmSync(place, { recursive: true, force: true })
  process.exit(0)
})

function run(command) {
  if (command === colourful) Object.assign(process.env, { NO_COLOR: '', FORCE_COLOR: '1' })
  process.argv = [process.execPath, 'pvt', '--quiet', ...command]
  const program = { exports: {} }
  script.runInThisContext()(program.exports, createRequire(filename), program, filename, folder)
  // With nothing begun there would be no second 'beforeExit'.
  setImmediate(() => undefined)
}
