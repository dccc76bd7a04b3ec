import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { codeOf, PvtError } from './errors.ts'

/**
 * Writes to stdout at once and whole. Not through process.stdout: loading its streams takes 3 ms of a start, and what
 * is still buffered when the process ends is lost. A reader that has gone (`| head`) ends the program quietly.
 *
 * @throws `output_failed` when the text cannot be written (`/dev/full`).
 */
export function writeOutput(text: string): void {
  writeAll(1, text)
}

/** Writes a line to stderr; a stderr that is closed or full loses it, as everywhere. */
export function writeError(text: string): void {
  try {
    writeAll(2, text)
  } catch {
    // There is nowhere left to say it.
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  let offset = 0
  while (offset < bytes.length) offset += writeSome(descriptor, bytes, offset)
}

function writeSome(descriptor: number, bytes: Buffer, offset: number): number {
  try {
    return writeSync(descriptor, bytes, offset)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EPIPE') throw new ReaderGone()
    if (code !== 'EAGAIN') {
      throw new PvtError(
        'output_failed',
        `the output cannot be written (${code ?? String(error)})`,
        'check where it goes',
      )
    }
    pause()
    return 0
  }
}

/** Nobody reads the answer any more: the program ends, without a word and with the exit code it has by then. */
export class ReaderGone extends Error {}

/** A pipe that somebody made non-blocking is full: its reader needs a moment. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
}

/** Whether a descriptor is a terminal. Pipes, files and /dev/null are told without loading Node's terminal module. */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    const stat = fstatSync(descriptor)
    return stat.isCharacterDevice() && stat.rdev >> 8 !== memoryDevices && isatty(descriptor)
  } catch {
    return false
  }
}

/** The characters of a line of the terminal that stdout is; null for a pipe, and for a terminal that does not say. */
export function terminalWidth(): number | null {
  // Loads Node's stream of it, 3 ms: only where a table may have to be folded.
  return isTerminal(1) ? process.stdout.columns || null : null
}

/** The major number of /dev/null, /dev/full and their like. */
const memoryDevices = 1
