#!/usr/bin/env node
'use strict'
// Runs dist/cli.cjs as require() would, with what V8 made of it at build time (dist/cli.cache): a third less time
// until the program runs. V8 refuses the cache of another version of Node or of other flags; then it compiles as
// usual. esbuild writes ASCII, and reading that as latin1 takes half the time.
const { readFileSync, writeSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { join } = require('node:path')
const { Script } = require('node:vm')

const folder = join(__dirname, '..', 'dist')
const filename = join(folder, 'cli.cjs')
const source = isVersionTold() ? null : readIfThere(filename, 'latin1')
if (source === undefined) {
  process.stderr.write('pvt: the program is not built: run npm ci in its folder\n')
  process.exitCode = 1
} else if (source !== null) {
  const script = new Script(wrap(source), { filename, cachedData: readIfThere(join(folder, 'cli.cache')) })
  const program = { exports: {} }
  script.runInThisContext()(program.exports, createRequire(filename), program, filename, folder)
}

function readIfThere(file, encoding) {
  try {
    return readFileSync(file, encoding)
  } catch {
    return undefined
  }
}

/** The version needs nothing of the program, whose loading takes a third of a start. What cannot be written is its. */
function isVersionTold() {
  if (process.argv.length !== 3 || !['--version', '-V'].includes(process.argv[2])) return false
  try {
    writeSync(1, `${require('../package.json').version}\n`)
    return true
  } catch {
    return false
  }
}
