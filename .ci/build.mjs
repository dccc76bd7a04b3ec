// Builds dist/: the program as one CommonJS file, and one file for each library that only some commands need.
// Start-up time is the reason for everything here (figures in README.md, "How fast it is").
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)

/** Parsing them costs every start a millisecond each, and `pg` thirty. */
const lateLibraries = ['chalk', 'cli-table3', 'csv-stringify/sync', 'picomatch', 'pg']

/** Node's own: crypto takes 2 ms, child_process 3 ms, tty 2 ms. */
const lateBuiltins = ['node:crypto', 'node:child_process', 'node:tty', 'child_process']

const fileOf = (library) => library.replace('/', '-')

/**
 * Puts a stand-in for a module that is slow to load and seldom used; it loads the module when it is first touched.
 * A late library becomes a file of its own beside the program.
 */
const lateModules = {
  name: 'late-modules',
  setup({ onResolve, onLoad }) {
    const late = new RegExp(`^(${[...lateLibraries, ...lateBuiltins].join('|')})$`)
    onResolve({ filter: late }, ({ path, kind, namespace }) => {
      if (kind === 'entry-point') return undefined
      const file = lateLibraries.includes(path) ? `./${fileOf(path)}.cjs` : path
      if (namespace === 'late') return { path: file, external: true }
      return kind === 'dynamic-import' ? { path: file, external: true } : { path, namespace: 'late' }
    })
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `
        const load = () => require(${JSON.stringify(path)})
        module.exports = new Proxy(function () {}, {
          get: (_, name) => load()[name],
          apply: (_, self, parameters) => Reflect.apply(load(), self, parameters),
        })`,
    }))
  },
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  legalComments: 'none',
}

await rm('dist', { recursive: true, force: true })
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
  entryPoints: Object.fromEntries(lateLibraries.map((name) => [fileOf(name), require.resolve(name)])),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: ['pg-native'],
})
