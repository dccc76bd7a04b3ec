import { spawn } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Whether a path lies on a file system that another computer or program serves, so that whoever touches it may hang for
 * as long as that one does. Asked without touching it: of the kernel's list of mounts, and by links on local disks.
 * `PVT_FILESYSTEM` overrides, as for the journal.
 */
export function mayStall(path: string): boolean {
  const forced = process.env.PVT_FILESYSTEM
  if (forced === 'network' || forced === 'local') return forced === 'network'
  const mounts = readMounts()
  let [at, rest] = ['/', namesOf(resolve(path))]
  for (let step = 0; rest.length > 0 && step < mostSteps; step += 1) {
    const next = join(at, rest[0]!)
    if (!localTypes.has(typeAt(mounts, next))) return true
    const target = linkAt(next)
    rest = [...namesOf(target ?? ''), ...rest.slice(1)]
    at = target === null ? next : target.startsWith('/') ? '/' : at
  }
  return false
}

/**
 * Whether the file system of a file answers in time. Another process asks: one that waits for a file server cannot even
 * be killed, and whoever it was would be held up with it.
 */
export function answersWithin(milliseconds: number, path: string): Promise<boolean> {
  return new Promise((done) => {
    // Opening asks the server; what is known of a file is kept for seconds.
    const child = spawn('head', ['-c', '100', '--', resolve(path)], {
      cwd: '/',
      detached: true,
      stdio: 'ignore',
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      child.unref()
      done(false)
    }, milliseconds)
    const answered = (): void => {
      clearTimeout(timer)
      done(true)
    }
    child.on('error', answered)
    child.on('exit', answered)
  })
}

/** More than any path has, and the end of a loop of links. */
const mostSteps = 400

/** As /proc names the file systems on which WAL is safe (file-system.ts), and those of memory. */
const localTypes: ReadonlySet<string | null> = new Set([
  ...['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'tmpfs', 'zfs', 'overlay', 'f2fs'],
  ...['rootfs', 'ramfs', 'devtmpfs', 'proc', 'sysfs'],
])

interface Mount {
  place: string
  type: string
}

/** Lines of /proc/self/mountinfo: `36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/vda rw` (man 5 proc). */
function readMounts(): Mount[] {
  let text: string
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return [{ place: '/', type: 'rootfs' }]
  }
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const place = before.split(' ')[4]
    if (place === undefined) return []
    const plain = place.replaceAll(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(parseInt(octal, 8)),
    )
    return [{ place: plain, type: after.split(' ')[0]! }]
  })
}

/** Of the innermost mount, and of several at one place the last, which covers the others. */
function typeAt(mounts: readonly Mount[], path: string): string | null {
  const found = mounts
    .filter(({ place }) => place === '/' || path === place || path.startsWith(`${place}/`))
    .reduce<Mount | null>(
      (best, mount) => (best && best.place.length > mount.place.length ? best : mount),
      null,
    )
  return found === null ? null : found.type
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')
