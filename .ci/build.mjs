// Builds dist/: the program as CommonJS, in one file (cli) what a start may need, in one (late) what most starts do
// without, in one (shared) what both use; and one file for each library that only some commands need.
// Start-up time is the reason for everything here (figures in README.md, "How fast it is").
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { build, transform } from 'esbuild'

const require = createRequire(import.meta.url)

/**
 * A file of their own each: parsing them costs every start a millisecond each, and `pg` thirty. chalk is in
 * the program, where the code cache serves it as well: colour costs 2 ms less.
 */
const lateLibraries = ['cli-table3', 'csv-stringify/sync', 'hyparquet-writer', 'pg']

/**
 * Imported by modules that every start needs, for functions that it seldom does. Of Node's own, crypto takes 2 ms to
 * load, child_process 3 ms, tty 2 ms; v8 takes 4 ms with the streams that it brings, timers/promises 1 ms.
 */
const lateFunctions = [
  ...['node:crypto', 'node:child_process', 'node:tty', 'child_process', 'node:v8', 'node:timers/promises'],
]

/**
 * What most starts do without, imported when it is needed, is one part of the program, with all that only it uses; a
 * driver is loaded there when it is called.
 */
const late = {
  name: 'late-parts',
  contents: [
    `export * from './src/commands/late.ts'`,
    `export const openPostgres = (...values) => require('./src/store/postgres.ts').openPostgres(...values)`,
  ].join('\n'),
}

const fileOf = (library) => `${library.replace('/', '-')}.cjs`

/** Loads the late libraries from their own files, and the late functions when one of them is called. */
const lateModules = {
  name: 'late-modules',
  setup({ onResolve, onLoad }) {
    const libraries = new RegExp(`^(${[...lateLibraries, ...lateFunctions].join('|')})$`)
    onResolve({ filter: libraries }, ({ path, kind, namespace }) => {
      if (kind === 'entry-point') return undefined
      if (lateFunctions.includes(path) && namespace !== 'late') return { path, namespace: 'late' }
      // An import of a file outside would be made at the start of the part, whatever module it stands in.
      if (kind === 'import-statement' && lateLibraries.includes(path)) return { path, namespace: 'library' }
      return { path: lateLibraries.includes(path) ? `./${fileOf(path)}` : path, external: true }
    })
    onLoad({ filter: /.*/, namespace: 'library' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
    onResolve({ filter: /\/(late|postgres)\.ts$/ }, ({ kind, namespace }) =>
      kind === 'require-call' && namespace !== late.name ? { path: './late.cjs', external: true } : undefined,
    )
    onResolve({ filter: new RegExp(`^${late.name}$`) }, ({ path }) => ({ path, namespace: path }))
    onLoad({ filter: /.*/, namespace: late.name }, () => ({ contents: late.contents, resolveDir: '.' }))
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

/** `require` instead: bin/pvt.cjs runs a script, which has no import(), and loading Node's ESM loader takes 2 ms. */
const supported = { 'dynamic-import': false }

const style = {
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  legalComments: 'none',
  // A fifth less to read and to keep in the cache; names stay, for the stack traces of PVT_DEBUG.
  minifyWhitespace: true,
  supported,
}

const shared = { ...style, bundle: true }

/**
 * bin/pvt.cjs reads the program as latin1, which takes half the time. esbuild escapes what is not ASCII in strings, but
 * leaves it in regular expressions, where it would silently never match.
 */
function refuseWideCharacters(path) {
  const found = /.{0,40}[^\0-\x7f].{0,40}/.exec(readFileSync(path, 'utf8'))
  if (found !== null) throw new Error(`${path}: write \\u escapes in this regular expression: ${found[0]}`)
}

/**
 * Writes dist/cli.cjs and dist/late.cjs. esbuild splits ES modules only, and into three: what both parts use becomes a
 * third, which the first then takes in and lends to `late`.
 */
async function buildProgram() {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: { cli: 'src/cli.ts', late: late.name },
    format: 'esm',
    splitting: true,
    chunkNames: 'shared',
    outdir: 'dist',
    write: false,
    plugins: [lateModules, keepTogether],
  })
  const split = Object.fromEntries(outputFiles.map(({ path, text }) => [`./${basename(path)}`, text]))
  const modules = {
    name: 'split',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/(cli|shared)\.js$/ }, ({ path }) => ({ path, namespace: 'split' }))
      onLoad({ filter: /.*/, namespace: 'split' }, ({ path }) => ({ contents: split[path] }))
    },
  }
  const contents = `import './cli.js'; import * as shared from './shared.js'; export const lend = () => fill(shared)`
  const options = { ...shared, external: ['./*.cjs'], logOverride: { 'empty-import-meta': 'silent' } }
  const cli = await build({ ...options, stdin: { contents }, plugins: [modules], write: false })
  const { code } = await transform(split['./late.js'], { ...style, format: 'cjs' })
  writeProgram('cli', fillWhenLent(cli.outputFiles[0].text))
  writeProgram('late', code.replace('require("./shared.js")', 'require("./cli.cjs").lend()'))
}

/** Making 500 names known to the other part takes a millisecond, which a start can do without. */
function fillWhenLent(code) {
  const [statement, ...others] = code.match(/__export\(shared_exports,\{[^{}]*\}\);/g) ?? []
  if (statement === undefined || others.length > 0) throw new Error('esbuild exports in another way')
  const filling = statement.replace(';', ',')
  return code.replace(statement, `var fill=lent=>{fill=known=>known;${filling.slice(0, -1)};return lent};`)
}

/** As the function that bin/pvt.cjs calls: wrapped there, a start would copy all of it. */
function writeProgram(part, code) {
  writeFileSync(
    `dist/${part}.cjs`,
    `(function (exports, require, module, __filename, __dirname) { ${code}\n})`,
  )
  refuseWideCharacters(`dist/${part}.cjs`)
  rmSync(`dist/${part}.cache`, { force: true })
}

/** Splitting makes a part of each file that is imported when it is needed; all but `late` stay where they are. */
const keepTogether = {
  name: 'keep-together',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), {
        loader: 'ts',
        target: 'node20',
        supported,
      })
      return { contents: code, loader: 'js' }
    })
  },
}

mkdirSync('dist', { recursive: true })
await buildProgram()
await build({
  ...shared,
  entryPoints: Object.fromEntries(
    lateLibraries.map((name) => [fileOf(name).replace(/\.cjs$/, ''), require.resolve(name)]),
  ),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: ['pg-native'],
})
execFileSync(process.execPath, ['.ci/cache.cjs', 'cli', 'late'], { stdio: ['ignore', 'ignore', 'inherit'] })
