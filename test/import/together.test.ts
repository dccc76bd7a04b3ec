import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findBackups } from '../../src/import/find-backups.ts'
import { findFiles, findWhatIsThere, runLister } from '../../src/import/find-files.ts'
import { readFound } from '../../src/import/import-results.ts'
import { implausible } from '../../src/import/plausibility.ts'
import { fetchFiles, nothingFetched, together } from '../../src/import/together.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { failure } from '../support/failure.ts'
import { config, folder, write } from './found-files.ts'
import { make, point } from './found-sources.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const on = (kind: 'local' | 'network'): void => {
  vi.stubEnv('PVT_FILESYSTEM', kind)
}

describe('16 at a time', () => {
  test('everything is worked on, never more at once', async () => {
    let now = 0
    let most = 0
    const done: number[] = []
    const items = Array.from({ length: 100 }, (_, index) => index)
    await together(items, async (item) => {
      most = Math.max(most, (now += 1))
      await new Promise((resolve) => setTimeout(resolve, item % 3))
      done.push(item)
      now -= 1
    })
    expect(most).toBe(16)
    expect(done.sort((a, b) => a - b)).toEqual(items)
  })

  test('nothing is begun once one has failed', async () => {
    const begun: number[] = []
    const work = async (item: number): Promise<void> => {
      begun.push(item)
      await Promise.resolve()
      if (item === 20) throw new Error('no more')
    }
    const items = Array.from({ length: 1000 }, (_, index) => index)
    await expect(together(items, work)).rejects.toThrow('no more')
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun.length).toBeLessThan(50)
  })

  test('of nothing there is nothing to do', async () => {
    await together([], () => Promise.reject(new Error('nothing to work on')))
  })
})

/** What an import would read at a path, on a file system of that kind. */
async function readOn(kind: 'local' | 'network', path: string) {
  on(kind)
  const found = findWhatIsThere(path, await runLister(path))
  const read = await readFound(found, { point: null, strict: false }).catch((error: unknown) => error)
  if (read instanceof Error) return { found, read }
  const { netlistsMs, progress, ...told } = read as Awaited<ReturnType<typeof readFound>>
  return { found, read: told, looksWrong: implausible(found, { ...told, netlistsMs, progress }, []) }
}

describe('what lies on a file server is found and read as on a local disk', () => {
  const domain = (): string => {
    makeLiveTree(folder, { config, alterSweep: [1, 2] })
    return folder
  }
  const measure = (): string => makeLiveTree(folder, { config }).measurePaths.get(point)![0]!
  const changed = (change: (path: string) => void): string => {
    change(measure())
    return folder
  }

  test.each<[string, () => string]>([
    ['a backup', () => make({ failedPoints: [point] }).backupPath],
    ['a live tree with alters', domain],
    ['a single measure file', measure],
    ['a single report', () => make().reportPaths.get(point)!],
    [
      'a tree with backups, links and strange folders beside it',
      () => {
        domain()
        write('00bkp_202601151030/report/creport.txt', '00bkp_old/FFG/typical/typical_m40/v1max/sim_tx.mt0')
        write('a/b/c/d/e/f/g/h/i/j/k/l/m/sim_tx.mt0', 'notes/readme.txt')
        symlinkSync(folder, join(folder, 'loop'))
        return folder
      },
    ],
    [
      'measure files in result folders',
      () =>
        changed((path) => {
          mkdirSync(join(dirname(path), 'result'))
          renameSync(path, join(dirname(path), 'result', basename(path)))
        }),
    ],
    [
      'an empty file',
      () =>
        changed((path) => {
          truncateSync(path, 0)
        }),
    ],
    [
      'a large file',
      () =>
        changed((path) => {
          truncateSync(path, 3 * 1024 * 1024)
        }),
    ],
    [
      'a file without permission',
      () =>
        changed((path) => {
          chmodSync(path, 0)
        }),
    ],
    [
      'a netlist that is newer',
      () => changed((path) => execFileSync('touch', ['-d', '1 hour', `${path.slice(0, -4)}.sp`])),
    ],
    [
      'a netlist that went',
      () =>
        changed((path) => {
          rmSync(`${path.slice(0, -4)}.sp`)
        }),
    ],
    [
      'a FIFO in place of a file',
      () =>
        changed((path) => {
          rmSync(path)
          execFileSync('mkfifo', [path])
        }),
    ],
    ['nothing', () => folder],
  ])('%s', async (_, prepare) => {
    const path = prepare()
    const local = await readOn('local', path)
    expect(await readOn('network', path)).toEqual(local)
  })

  test('more than is fetched', async () => {
    const tree = makeLiveTree(folder, { config })
    for (const [file] of [...tree.measurePaths.values()]) {
      const text = 'x'.repeat(1_900_000)
      writeFileSync(file!, `${text}\n`, { flag: 'a' })
    }
    const local = await readOn('local', folder)
    expect(await readOn('network', folder)).toEqual(local)
  })

  test('the backups below a folder', async () => {
    make()
    write('x/00bkp_202601151030/report/creport.txt', 'x/00bkp_old/y', 'TT/typical/typical_m40/v1min/x')
    symlinkSync('/', join(folder, 'away'))
    on('local')
    const local = await findBackups(folder)
    on('network')
    expect(local.backups).toHaveLength(2)
    expect(await findBackups(folder)).toEqual(local)
  })

  test('a path that is not there', async () => {
    on('network')
    const error = await failure(runLister(join(folder, 'none')))
    expect(error).toMatchObject({ code: 'file_not_found' })
  })
})

test('a run that went away between finding and reading is no fault of the program', async () => {
  const { backupPath } = make()
  const found = findFiles(backupPath)
  rmSync(backupPath, { recursive: true })
  expect(await failure(readFound(found, { point: null, strict: false }))).toMatchObject({ code: 'bad_input' })
})

test('all folders of a run are listed before they are wanted, from a file server only', async () => {
  const { measurePaths } = makeLiveTree(folder, { config })
  const lists = async (kind: 'local' | 'network') => {
    on(kind)
    return runLister(folder)
  }
  const [here, far] = [await lists('local'), await lists('network')]
  for (const corner of readdirSync(folder)) rmSync(join(folder, corner), { recursive: true })
  expect(findFiles(folder, far).measures).toHaveLength(measurePaths.size)
  expect(findWhatIsThere(folder, here).measures).toEqual([])
})

test('what is large, or a FIFO by now, is left to who reads it', async () => {
  const [large, fifo, ...others] = [...makeLiveTree(folder, { config }).measurePaths.values()].flat()
  const found = findFiles(folder)
  truncateSync(large!, 2 * 1024 * 1024 + 1)
  rmSync(fifo!)
  execFileSync('mkfifo', [fifo!])
  on('network')
  const { files } = await fetchFiles(found)
  expect([...files.keys()].sort()).toEqual(others.sort())
})

test('all files and netlists of a run are fetched before they are read, from a file server only', async () => {
  const tree = makeLiveTree(folder, { config })
  const found = findFiles(folder)
  on('network')
  const { files, netlistsMs } = await fetchFiles(found)
  const paths = [...tree.measurePaths.values()].flat()
  expect([...files.keys()].sort()).toEqual([...paths].sort())
  expect([...netlistsMs.keys()].sort()).toEqual(paths.map((path) => path.replace(/\.mt0$/, '.sp')).sort())
  on('local')
  expect(await fetchFiles(found)).toBe(nothingFetched)
})
