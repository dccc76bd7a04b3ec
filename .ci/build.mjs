// Builds dist/: the program as one CommonJS file, and one file for each library that only some commands need.
// Start-up time is the reason for everything here (figures in README.md, "How fast it is").
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)

/**
 * A file of their own each: parsing them costs every start a millisecond each, and `pg` thirty. chalk is in
 * the program, where the code cache serves it as well: colour costs 2 ms less.
 */
const lateLibraries = ['cli-table3', 'csv-stringify/sync', 'hyparquet-writer', 'picomatch', 'pg']

/**
 * Imported by modules that every start needs, for functions that it seldom does. Of Node's own, crypto takes 2 ms to
 * load, child_process 3 ms, tty 2 ms; v8 takes 4 ms with the streams that it brings, timers/promises 1 ms.
 */
const lateFunctions = [
  ...['picomatch', 'node:crypto', 'node:child_process', 'node:tty', 'child_process'],
  ...['node:v8', 'node:timers/promises'],
]

/** A part of the program that one command needs: style sheet, script and all that draws the report. */
const reportPage = { entry: 'src/commands/report-page.ts', file: 'report-page' }

const fileOf = (library) => `${library.replace('/', '-')}.cjs`

/** Loads the late libraries from their own files, and the late functions when one of them is called. */
const lateModules = {
  name: 'late-modules',
  setup({ onResolve, onLoad }) {
    const late = new RegExp(`^(${[...lateLibraries, ...lateFunctions].join('|')})$`)
    onResolve({ filter: late }, ({ path, kind, namespace }) => {
      if (kind === 'entry-point') return undefined
      if (lateFunctions.includes(path) && namespace !== 'late') return { path, namespace: 'late' }
      return { path: lateLibraries.includes(path) ? `./${fileOf(path)}` : path, external: true }
    })
    onResolve({ filter: /\/report-page\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${reportPage.file}.cjs`, external: true },
    )
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({ contents: standIn(path), resolveDir: '.' }))
  },
}

/** A module of the functions of another, each of which loads that other when it is called. */
function standIn(path) {
  const original = require(path)
  const names = Object.keys(original).filter((name) => typeof original[name] === 'function')
  return [
    `const load = () => require(${JSON.stringify(path)})`,
    ...(typeof original === 'function' ? ['export default (...values) => load()(...values)'] : []),
    ...names.map((name) => `export const ${name} = (...values) => load().${name}(...values)`),
    ...(typeof original === 'function' ? [] : [`export default { ${names.join(', ')} }`]),
  ].join('\n')
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  legalComments: 'none',
  // A fifth less to read and to keep in the cache; names stay, for the stack traces of PVT_DEBUG.
  minifyWhitespace: true,
  // `require` instead: bin/pvt.cjs runs a script, which has no import(), and loading Node's ESM loader takes 2 ms.
  supported: { 'dynamic-import': false },
}

/**
 * bin/pvt.cjs reads the program as latin1, which takes half the time. esbuild escapes what is not ASCII in strings, but
 * leaves it in regular expressions, where it would silently never match.
 */
function refuseWideCharacters(path) {
  const found = /.{0,40}[^\0-\x7f].{0,40}/.exec(readFileSync(path, 'utf8'))
  if (found !== null) throw new Error(`${path}: write \\u escapes in this regular expression: ${found[0]}`)
}

rmSync('dist/cli.cache', { force: true })
await build({
  ...shared,
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.cjs',
  plugins: [lateModules],
  // A CommonJS file has __dirname; the source asks for that first.
  logOverride: { 'empty-import-meta': 'silent' },
})
await build({
  ...shared,
  entryPoints: { [reportPage.file]: reportPage.entry },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  plugins: [lateModules],
})
await build({
  ...shared,
  entryPoints: Object.fromEntries(
    lateLibraries.map((name) => [fileOf(name).replace(/\.cjs$/, ''), require.resolve(name)]),
  ),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: ['pg-native'],
})
refuseWideCharacters('dist/cli.cjs')
execFileSync(process.execPath, ['.ci/cache.cjs'], { stdio: 'ignore' })
