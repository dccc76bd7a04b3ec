#!/usr/bin/env node
'use strict'
// Runs dist/cli.cjs as require() would, and the parts of the program that it asks for, each with what V8 made of it at
// build time (dist/*.cache): a third less time until the program runs. V8 refuses the cache of another version of Node
// or of other flags; then it compiles as usual. esbuild writes ASCII, and reading that as latin1 takes half the time.
// A part is the text of a function with the parameters of a CommonJS module.
const { existsSync, readFileSync, writeSync } = require('node:fs')
const { basename, join } = require('node:path')
const { Script } = require('node:vm')

const folder = join(__dirname, '..', 'dist')
const parts = new Map()
requirePart.resolve = require.resolve

if (!isVersionTold()) {
  if (existsSync(join(folder, 'cli.cjs'))) requirePart('./cli.cjs')
  else {
    process.stderr.write('pvt: the program is not built: run npm ci in its folder\n')
    process.exitCode = 1
  }
}

/** A part of the program, or any other module. */
function requirePart(name) {
  if (!/^\.\/(cli|late|late-import)\.cjs$/.test(name))
    return require(name.startsWith('./') ? join(folder, name) : name)
  const loaded = parts.get(name)
  if (loaded !== undefined) return loaded.exports
  const filename = join(folder, name)
  const cachedData = readIfThere(filename.replace(/cjs$/, 'cache'))
  // Without its folder: V8 tells the name in the cache, which was made elsewhere.
  const script = new Script(readFileSync(filename, 'latin1'), { filename: basename(filename), cachedData })
  const part = { exports: {} }
  parts.set(name, part)
  script.runInThisContext()(part.exports, requirePart, part, filename, folder)
  return part.exports
}

function readIfThere(file) {
  try {
    return readFileSync(file)
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
