#!/usr/bin/env node
'use strict'
// Runs dist/cli.cjs as require() would, with what V8 made of it at build time (dist/cli.cache): `pvt history` takes 35 ms
// instead of 46. V8 refuses the cache of another version of Node or other flags; then it compiles as usual. (esbuild
// writes ASCII; reading it as latin1 takes half the time.)
const { readFileSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { join } = require('node:path')
const { Script } = require('node:vm')

const folder = join(__dirname, '..', 'dist')
const filename = join(folder, 'cli.cjs')
const script = new Script(wrap(readFileSync(filename, 'latin1')), { filename, cachedData: readCache() })
const program = { exports: {} }
script.runInThisContext()(program.exports, createRequire(filename), program, filename, folder)

function readCache() {
  try {
    return readFileSync(join(folder, 'cli.cache'))
  } catch {
    return undefined
  }
}
