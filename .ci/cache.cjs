'use strict'
// Writes dist/<part>.cache for each part of the program that is named: what V8 made of dist/<part>.cjs, with all
// functions that the commands below have called. The program is run in this process; bin/pvt.cjs reads the caches.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { Script } = require('node:vm')
const { writeSampleRun } = require('./sample-run.cjs')

const commands = [
  ['--version'],
  ['job', 'create', '-c', 'config.cfg'],
  ['stage', 'start', 'gen'],
  ['stage', 'done', 'gen'],
  ['results', 'import', '.'],
  ['results', 'import', '00bkp_202601151030'],
  ['results', 'verify', '.'],
  ['results', 'check', '--limits', 'limits.csv'],
  ['results', 'compare', '@latest', '@latest'],
  ['results', 'compare', '@latest', '@latest', '--json'],
  ['results', 'summary'],
  ['results', 'show', '--json'],
  ['results', 'show'],
  ['results', 'import', '--recursive', '.'],
  ['stage', 'fail', 'run'],
  ['job', 'status'],
  ['job', 'log'],
  ['job', 'create', '--set', 'mode=prelay'],
  ['job', 'status', '.', 'running'],
  ['history', '--json'],
  ['history'],
]
/** The last one in colour. */
const colourful = commands.at(-1)
/** What a shell asks: this call ends by itself. */
const completion = ['__complete', 'bash', 'pvt job status 0', '16']
commands.splice(-1, 0, completion)

const folder = join(__dirname, '..', 'dist')
const requireOther = createRequire(join(folder, 'cli.cjs'))
const scripts = new Map(process.argv.slice(2).map((part) => [`./${part}.cjs`, compile(`${part}.cjs`)]))
/** What a run has loaded; each begins anew. */
let loaded = new Map()
requirePart.resolve = requireOther.resolve

const { exit } = process
process.exit = () => undefined
const place = mkdtempSync(join(tmpdir(), 'pvt-build-'))
process.chdir(place)
writeSampleRun(place)
Object.assign(process.env, { PVT_DB: join(place, 'pvt.db'), USER: 'build', NO_COLOR: '1' })
delete process.env.PVT_JOB

// A command is over when nothing is left to do.
process.on('beforeExit', () => {
  const command = commands.shift()
  if (command !== undefined) return run(command)
  for (const [name, script] of scripts)
    writeFileSync(join(folder, name.replace(/cjs$/, 'cache')), script.createCachedData())
  process.chdir(folder)
  rmSync(place, { recursive: true, force: true })
  exit(0)
})

function run(command) {
  if (command === colourful) Object.assign(process.env, { NO_COLOR: '', FORCE_COLOR: '1' })
  process.argv = [process.execPath, 'pvt', ...(command === completion ? [] : ['--quiet']), ...command]
  loaded = new Map()
  requirePart('./cli.cjs')
  // With nothing begun there would be no second 'beforeExit'.
  setImmediate(() => undefined)
}

function compile(file) {
  return new Script(readFileSync(join(folder, file), 'latin1'), { filename: file })
}

function requirePart(name) {
  const script = scripts.get(name)
  if (script === undefined) return requireOther(name)
  if (loaded.has(name)) return loaded.get(name).exports
  const part = { exports: {} }
  loaded.set(name, part)
  script.runInThisContext()(part.exports, requirePart, part, join(folder, name), folder)
  return part.exports
}
