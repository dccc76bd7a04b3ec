import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * The layers of src/ (top-level files and folders) with what each may import of ours. Imports point down only.
 * `types` are imports that vanish when the program is built.
 */
const layers: Record<string, { imports: readonly string[]; types?: readonly string[] }> = {
  'cli.ts': {
    imports: [
      'best-effort.ts',
      'context.ts',
      'commands',
      'errors.ts',
      'settings.ts',
      'open-context.ts',
      'failure.ts',
      'output.ts',
    ],
  },
  'best-effort.ts': { imports: ['context.ts', 'domain', 'errors.ts', 'import', 'settings.ts', 'store'] },
  'open-context.ts': {
    imports: [
      ...['best-effort.ts', 'context.ts', 'domain', 'import', 'interrupt.ts', 'notify.ts', 'output.ts'],
      ...['progress.ts', 'render', 'screen.ts', 'settings.ts', 'store'],
    ],
  },
  'notify.ts': { imports: ['errors.ts'] },
  'interrupt.ts': { imports: [], types: ['errors.ts'] },
  'progress.ts': { imports: ['render'] },
  'screen.ts': { imports: [] },
  'failure.ts': { imports: ['errors.ts', 'output.ts', 'render', 'settings.ts'] },
  'context.ts': {
    imports: [],
    types: ['domain', 'store', 'settings.ts', 'render', 'interrupt.ts', 'notify.ts', 'progress.ts'],
  },
  commands: {
    imports: ['import', 'store', 'domain', 'render', 'context.ts', 'errors.ts', 'settings.ts', 'version.ts'],
  },
  import: { imports: ['parse', 'store', 'domain', 'errors.ts'] },
  store: { imports: ['domain', 'errors.ts'], types: ['settings.ts'] },
  parse: { imports: ['domain', 'errors.ts'] },
  render: { imports: [] },
  domain: { imports: ['errors.ts'] },
  'settings.ts': { imports: ['errors.ts'] },
  'output.ts': { imports: ['errors.ts'] },
  'version.ts': { imports: [] },
  'errors.ts': { imports: [] },
}

/** Node's modules with effects, and who may have them. Everything else is values in, values out. */
const effects = /^node:(fs|child_process|net|http|readline|os)/
const withEffects = [
  'commands',
  'import',
  'store',
  'open-context.ts',
  'notify.ts',
  'output.ts',
  'settings.ts',
  'cli.ts',
  'best-effort.ts',
]

/** Files of these names collect what belongs elsewhere. */
const catchAll = /(^|\/)(utils?|helpers?|common|types|constants|misc)\.ts$/

const root = join(import.meta.dirname, '..', 'src')

describe('the layers of src/', () => {
  it('are all in the table, and the table has no others', () => {
    expect(new Set(readdirSync(root))).toEqual(new Set(Object.keys(layers)))
  })

  it.each(sourceFiles())('%s imports only what its layer may', (file) => {
    const layer = layerOf(file)
    const { imports, types = [] } = layers[layer]!
    for (const { target, typeOnly } of importsOf(file)) {
      if (target === layer || target === '../package.json') continue
      expect([...imports, ...(typeOnly ? types : [])], `${file} imports ${target}`).toContain(target)
    }
  })

  it.each(sourceFiles())('%s has effects only where its layer may', (file) => {
    const used = packagesOf(file).filter((name) => effects.test(name))
    if (!withEffects.includes(layerOf(file))) expect(used).toEqual([])
  })

  it('have no import cycles between files', () => {
    expect(findCycle()).toBeNull()
  })

  it('keep Commander to cli.ts, failure.ts and the commands', () => {
    const users = sourceFiles().filter((file) => packagesOf(file).includes('commander'))
    expect(users.filter((file) => !/^(cli|failure)\.ts$|^commands\//.test(file))).toEqual([])
  })

  it.each([
    ['better-sqlite3', /^store\/sqlite[\w-]*\.ts$/],
    ['pg', /^store\/postgres[\w-]*\.ts$/],
    ['cli-table3', /^render\//],
    ['chalk', /^render\//],
    ['csv-stringify/sync', /^render\//],
    ['hyparquet-writer', /^render\//],
  ])('keep the package %s to its own files', (name, place) => {
    const users = sourceFiles().filter((file) => packagesOf(file).includes(name))
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((file) => !place.test(file))).toEqual([])
  })

  it('have no file for whatever is left over', () => {
    expect(sourceFiles().filter((file) => catchAll.test(file))).toEqual([])
  })
})

function sourceFiles(folder = root): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sourceFiles(path) : [relative(root, path)]
  })
}

const layerOf = (file: string): string => file.split('/')[0]!

interface Import {
  file: string
  target: string
  typeOnly: boolean
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)|import\s+'([^']+)'/g

function specifiersOf(file: string): { specifier: string; typeOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(importPattern)].map(([, type, from, dynamic, bare]) => ({
    specifier: from ?? dynamic ?? bare!,
    typeOnly: type !== undefined,
  }))
}

function importsOf(file: string): Import[] {
  return specifiersOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, typeOnly }) => {
      const path = relative(root, join(root, dirname(file), specifier))
      return { file: path, target: path.startsWith('..') ? path : layerOf(path), typeOnly }
    })
}

const packagesOf = (file: string): string[] =>
  specifiersOf(file)
    .filter(({ specifier, typeOnly }) => !specifier.startsWith('.') && !typeOnly)
    .map(({ specifier }) => specifier)

/** The first cycle of imports that stay in the built program, as a path of files. Dynamic imports count too. */
function findCycle(): string[] | null {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return null
    for (const next of importsOf(file)) {
      if (next.typeOnly || next.file.startsWith('..')) continue
      const cycle = visit(next.file, [...path, file])
      if (cycle !== null) return cycle
    }
    done.add(file)
    return null
  }
  for (const file of sourceFiles()) {
    const cycle = visit(file, [])
    if (cycle !== null) return cycle
  }
  return null
}
