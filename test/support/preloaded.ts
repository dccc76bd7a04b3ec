import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Why no library can be made that a process preloads, or null: a test that is skipped has to say so. */
export const noPreloading: string | null =
  process.platform !== 'linux' ? 'needs Linux (LD_PRELOAD)' : compiler() === null ? 'needs cc or gcc' : null

/** Compiles a C file to a library for LD_PRELOAD in `folder`, and gives its path. */
export function compileLibrary(source: string, folder: string): string {
  const library = join(folder, `${basename(source, '.c')}.so`)
  execFileSync(compiler()!, ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread'])
  return library
}

function compiler(): string | null {
  const folders = (process.env.PATH ?? '').split(':')
  const found = ['cc', 'gcc'].find((name) => folders.some((folder) => existsSync(join(folder, name))))
  return found ?? null
}
