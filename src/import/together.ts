import { close, constants, type Dirent, fstat, open, read, stat } from 'node:fs'
import { fileSystemKind } from '../store/file-system.ts'
import type { FoundFiles } from './find-files.ts'
import { listFolder, listFolderMeanwhile, realPath } from './folder.ts'
import { type FileBytes, sha256, smallFile, smallFiles } from './read-file.ts'
import { Progress, type Watch } from './watch.ts'

/**
 * Where each question is a round trip to a file server (NFS: 0.3 ms to several), the folders and files of a run are
 * asked for 16 at a time, before those who go through them one after another want them. On a local disk that takes 13
 * to 60 times as long as one by one, and is not done (reliability.md, D).
 */
const atOnce = 16

/** Whether the files at `path` come from a file server; of what is not there any more, whoever reads it says so. */
export function isRemote(path: string): boolean {
  try {
    return fileSystemKind(path) === 'network'
  } catch {
    return false
  }
}

/** Works on the items, 16 at a time. @throws what `work` has thrown first; no other item is begun after it. */
export async function together<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  // The threads that libuv starts with its first question; by default 4.
  process.env.UV_THREADPOOL_SIZE ??= String(atOnce)
  let next = 0
  const workThrough = async (): Promise<void> => {
    while (next < items.length) {
      try {
        await work(items[next++]!)
      } catch (error) {
        next = items.length
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workThrough))
}

export type ListFolder = (folder: string) => Dirent[]

/** How many entries of folders are held; a run has a hundredth of them. */
const mostEntries = 200_000

/**
 * How to list the folders at `path` and below: from a file server they are fetched now, as far as `enters` says.
 * What could not be listed, or is too much, is asked for when it is wanted, and fails as it would have.
 *
 * @throws as `realPath`
 */
export async function lister(
  path: string,
  enters: (root: string, folder: Dirent, depth: number) => boolean,
): Promise<ListFolder> {
  const root = realPath(path)
  if (!isRemote(root)) return listFolder
  const listed = new Map<string, Dirent[]>()
  let held = 0
  let level = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: string[] = []
    await together(level, async (folder) => {
      const entries = held < mostEntries ? await listFolderMeanwhile(folder).catch(() => null) : null
      if (entries === null) return
      held += entries.length
      listed.set(folder, entries)
      const before = folder === '/' ? folder : `${folder}/`
      for (const entry of entries)
        if (entry.isDirectory() && enters(root, entry, depth)) below.push(before + entry.name)
    })
    level = below
  }
  return (folder) => listed.get(folder) ?? listFolder(folder)
}

/** What was fetched of a run before it is read. */
export interface Fetched {
  /** By path. What is not in it is too large, or could not be read: reading it says why. */
  files: ReadonlyMap<string, FileBytes>
  /** When netlists were last written, milliseconds since 1970, by path. */
  netlistsMs: ReadonlyMap<string, number>
  /** Counts what was fetched; null when nothing was. */
  progress: Progress | null
}

export const nothingFetched: Fetched = { files: new Map(), netlistsMs: new Map(), progress: null }

/**
 * The files of a run that lie on a file server, as far as they are small.
 *
 * @throws the reason of the watch's signal
 */
export async function fetchFiles(found: FoundFiles, watch: Watch = {}): Promise<Fetched> {
  const { path, creport, reports, measures } = found
  if (!isRemote(path)) return nothingFetched
  const paths = [
    ...measures.map((measure) => measure.path),
    ...reports,
    ...(creport === null ? [] : [creport]),
  ]
  const progress = new Progress(watch, paths.length)
  const files = new Map<string, FileBytes>()
  let bytesLeft = smallFiles
  await together(paths, async (file) => {
    const fetched = bytesLeft > 0 ? await fetchFile(file) : null
    if (fetched === null) return
    bytesLeft -= fetched.size
    files.set(file, fetched)
    progress.add(1, fetched.size)
  })
  const netlistsMs = new Map<string, number>()
  const netlists = measures.flatMap(({ netlist }) => (netlist === null ? [] : [netlist]))
  await together([...new Set(netlists)], async (netlist) => {
    const writtenMs = await fetchTime(netlist)
    if (writtenMs !== null) netlistsMs.set(netlist, writtenMs)
  })
  return { files, netlistsMs, progress }
}

/**
 * Null for a file that is large, is none, or could not be read whole. With callbacks: promises take three times as long
 * for small files, which counts where the file server is near.
 */
function fetchFile(path: string): Promise<FileBytes | null> {
  return new Promise((resolve) => {
    // Without blocking, as everywhere: a FIFO in place of a file would keep its thread for ever.
    open(path, constants.O_RDONLY | constants.O_NONBLOCK, (failure, descriptor) => {
      if (failure !== null) {
        resolve(null)
        return
      }
      const end = (file: FileBytes | null): void => {
        close(descriptor, () => {
          resolve(file)
        })
      }
      fstat(descriptor, (failure, before) => {
        if (failure !== null || !before.isFile() || before.size > smallFile) {
          end(null)
          return
        }
        // With a byte to spare: what something still writes is read as it is when its turn comes.
        const buffer = new Uint8Array(before.size + 1)
        read(descriptor, buffer, 0, buffer.length, 0, (failure, length) => {
          if (failure !== null || length !== before.size) {
            end(null)
            return
          }
          const bytes = buffer.subarray(0, length)
          end({ path, size: length, sha256: sha256(bytes), bytes, writtenMs: before.mtimeMs })
        })
      })
    })
  })
}

/** When a file was last written, milliseconds since 1970; null when it cannot be asked. */
const fetchTime = (path: string): Promise<number | null> =>
  new Promise((resolve) => {
    stat(path, (failure, found) => {
      resolve(failure === null ? found.mtimeMs : null)
    })
  })
