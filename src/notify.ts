import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from './errors.ts'

/** A command that the user wants to be run because a job has ended. */
export interface Notification {
  /** For `sh -c`. */
  command: string
  job_id: string
  status: string
  /** The job, as `job status --json` prints it: what the command reads from stdin. */
  json: string
}

/** So long a command may take; then it is killed with all that it has started. */
export const notifySeconds = 10

/**
 * Runs the command in a session of its own: neither Ctrl-C at the terminal nor the end of `pvt` cuts it short. stdout
 * has the answer of `pvt` and nothing else, so what the command prints goes to stderr; unwaited nowhere, as a reader of
 * stderr would have to wait for it.
 *
 * @returns null when it went well, or was not waited for; else what went wrong.
 */
export async function notify(
  { command, job_id, status, json }: Notification,
  { wait }: { wait: boolean },
): Promise<string | null> {
  try {
    const input = holdText(json)
    try {
      const child = spawn('sh', ['-c', bounded, command, String(notifySeconds)], {
        detached: true,
        stdio: wait ? [input, 2, 2] : [input, 'ignore', 'ignore'],
        env: { ...process.env, PVT_JOB: job_id, PVT_JOB_STATUS: status },
      })
      const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
      if (wait) return failureText(...(await ended))
      // Nobody is there any more who could be told.
      ended.catch(() => undefined)
      child.unref()
      return null
    } finally {
      closeSync(input)
    }
  } catch (error) {
    return messageOf(error)
  }
}

/**
 * Runs `$0` and kills the whole process group, itself included, after `$1` seconds. In sh, because the limit has to
 * hold when `pvt` is not there any more. Once the command is over nothing of the clock is left.
 */
const bounded = `
(trap 'kill $s 2>/dev/null; exit' TERM; sleep "$1" & s=$!; wait $s; kill -9 0) </dev/null >/dev/null 2>&1 &
clock=$!
sh -c "$0"
code=$?
kill $clock 2>/dev/null
exit $code`

function failureText(code: number | null, signal: string | null): string | null {
  if (code === 0) return null
  if (signal === 'SIGKILL') return `it was not over after ${notifySeconds} s and was killed`
  return code === null ? `it was ended by ${signal ?? 'a signal'}` : `exit code ${code}`
}

/**
 * A file of no name that reads as `text`: unlike a pipe it takes any length at once, and needs nobody who goes on
 * writing. Written by place, so that its reader begins at the beginning.
 */
function holdText(text: string): number {
  const path = join(tmpdir(), `.pvt-notify-${process.pid}-${randomBytes(6).toString('hex')}`)
  const descriptor = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  const bytes = Buffer.from(text)
  let offset = 0
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset, bytes.length - offset, offset)
  return descriptor
}
