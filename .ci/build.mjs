// Builds dist/: the program as CommonJS, in one file (cli) what a start may need, in one (late-import) what an import
// needs besides, in one (late) what else most starts do without; and one file for each library that only some need.
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
  'node:crypto',
  'node:child_process',
  'node:tty',
  'child_process',
  'node:v8',
  'node:module',
  'node:timers/promises',
]

/**
 * The parts of the program, each a file in dist/: what most starts do without is loaded when it is needed. A part may use
 * those before it. PostgreSQL's driver is loaded with the last part, when it is called.
 */
const parts = {
  cli: `import './src/cli.ts'`,
  'late-import': `export * from './src/commands/late-import.ts'`,
  late: [
    `export * from './src/commands/late.ts'`,
    `export const openPostgres = (...values) => require('./src/store/postgres.ts').openPostgres(...values)`,
  ].join('\n'),
}
const partNames = Object.keys(parts)

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
    onResolve({ filter: /\/(late-import|late|postgres)\.ts$/ }, ({ path, kind, namespace }) => {
      if (kind !== 'require-call' || namespace === 'part') return undefined
      return { path: path.includes('late-import') ? './late-import.cjs' : './late.cjs', external: true }
    })
    // An import of all that `process` has is an object with a getter for each.
    onResolve({ filter: /^node:process$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'global' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'global' }, () => ({ contents: 'export default process' }))
    onResolve({ filter: new RegExp(`^part:`) }, ({ path }) => ({ path: path.slice(5), namespace: 'part' }))
    onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: parts[path], resolveDir: '.' }))
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({ contents: standIn(path), resolveDir: '.' }))
  },
}

/** A module of the functions of another, each of which loads that other when it is called. */
function standIn(path) {
  const original = require(path)
  const names = Object.keys(original).filter((name) => typeof original[name] === 'function')
  return [
    `let loaded`,
    `const load = () => (loaded ??= require(${JSON.stringify(path)}))`,
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
 * Writes a file for each part. esbuild splits ES modules only, and what several parts use becomes a chunk for each
 * combination of them: the first part that uses a chunk takes it in and lends it to the others.
 */
async function buildProgram() {
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: Object.fromEntries(partNames.map((name) => [name, `part:${name}`])),
    format: 'esm',
    splitting: true,
    chunkNames: 'shared-[hash]',
    outdir: 'dist',
    write: false,
    metafile: true,
    plugins: [lateModules, keepTogether],
  })
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]))
  const owners = ownersOf(metafile)
  for (const name of partNames) writeProgram(name, await buildPart(name, texts, owners))
}

/** The part of each file that esbuild made: the first that needs it. */
function ownersOf({ outputs }) {
  const owners = new Map()
  const own = (path, name) => {
    if (owners.has(basename(path))) return
    owners.set(basename(path), name)
    for (const needed of outputs[path].imports)
      if (needed.kind === 'import-statement' && !needed.external) own(needed.path, name)
  }
  for (const name of partNames) own(`dist/${name}.js`, name)
  return owners
}

/** A part with the chunks that it owns, which it lends, and those that it borrows. */
async function buildPart(name, texts, owners) {
  const lent = [...owners.keys()].filter((file) => owners.get(file) === name && file !== `${name}.js`)
  const contents = [
    `export * from './${name}.js'`,
    ...lent.map((file, index) => `import * as chunk${index} from './${file}'`),
    `const chunks = { ${lent.map((file, index) => `'${file}': () => makeKnown(chunk${index})`).join(', ')} }`,
    `const lent = {}`,
    `export const lend = (file) => (lent[file] ??= chunks[file]())`,
  ]
  const split = {
    name: 'split',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/.*\.js$/ }, ({ path }) => {
        const isOwn = owners.get(basename(path)) === name
        return isOwn ? { path: basename(path), namespace: 'split' } : { path, external: true }
      })
      onLoad({ filter: /.*/, namespace: 'split' }, ({ path }) => ({ contents: texts.get(path) }))
    },
  }
  const options = { ...shared, external: ['./*.cjs'], logOverride: { 'empty-import-meta': 'silent' } }
  const stdin = { contents: contents.join('\n') }
  const { outputFiles } = await build({ ...options, stdin, plugins: [split], write: false })
  const borrowed = /require\("\.\/([\w-]+\.js)"\)/g
  return fillWhenLent(outputFiles[0].text, lent.length).replace(
    borrowed,
    (_, file) => `require("./${owners.get(file)}.cjs").lend("${file}")`,
  )
}

/** Making 500 names known to another part takes a millisecond, which a start can do without. */
function fillWhenLent(code, chunks) {
  const statements = [...code.matchAll(/__export\((\w+),\{[^{}]*\}\);/g)]
  const filled = statements.reduce((text, [statement, chunk]) => {
    const filling = `(${statement.slice(0, -1)},${chunk})`
    const isLent = text.includes(`makeKnown(${chunk})`)
    return isLent ? text.replace(statement, '').replace(`makeKnown(${chunk})`, () => filling) : text
  }, code)
  if (statements.length < chunks || filled.includes('makeKnown('))
    throw new Error('esbuild exports in another way')
  return filled
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
execFileSync(process.execPath, ['.ci/cache.cjs', ...partNames], { stdio: ['ignore', 'ignore', 'inherit'] })
