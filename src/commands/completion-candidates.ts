import type { Command } from 'commander'
import { type DatabaseLocation, type Environment, toSettings } from '../settings.ts'
import type { Database } from '../store/database.ts'
import { openDatabase } from '../store/open-database.ts'
import { type Answer, renderAnswer } from './completion-answer.ts'
import { readLine, shells } from './completion-line.ts'
import { findPosition, optionsAt, type Position } from './completion-position.ts'
import { type Candidate, commandCandidates, valueCandidates, valueKind } from './completion-values.ts'

/** The first word of a call by a shell's script, `pvt __complete bash <line> [<end of word>]`: no command for people. */
export const completionWord = '__complete'

/** How long a user waits at most for what the database knows; without it there are still the program's own words. */
const patienceMs = 1_000
const lockTimeoutMs = 200

/**
 * What a shell's script is answered. Nothing fails here: without a database, with one that is locked, of another
 * version or not to be reached, there are only the candidates that need none. No database is made or migrated.
 */
export async function completionAnswer(
  program: Command,
  [shellName, line = '', replaced = '']: readonly string[],
  { environment, cwd }: { environment: Environment; cwd: string },
): Promise<string> {
  const shell = shells.find((name) => name === shellName)
  if (shell === undefined) return ''
  const { assignments, words, current, redirected } = readLine(shell, line, environment)
  if (redirected) return renderAnswer(shell, { paths: 'files', candidates: [] }, current, replaced)
  const position = findPosition(program, words, current.text)
  const asked = { position, environment: { ...environment, ...assignments }, cwd }
  return renderAnswer(shell, await answerAt(asked), current, replaced)
}

interface Asked {
  position: Position
  environment: Environment
  cwd: string
}

async function answerAt(asked: Asked): Promise<Answer> {
  const { position } = asked
  const { command, value, head, typed } = position
  if (position.options) return { paths: 'values', candidates: optionCandidates(command) }
  const kind = value === null ? null : valueKind(value)
  const values = value === null ? [] : await withoutFailure(() => liveCandidates(asked))
  return {
    paths: kind === 'file' ? 'files' : kind === 'folder' || isPath(kind, typed) ? 'folders' : 'values',
    candidates: [
      ...(position.commands ? commandCandidates(command) : []),
      ...values.map((candidate) => ({ ...candidate, value: head + candidate.value })),
    ],
  }
}

/** A domain is named by its folder's name, or by its path. */
const isPath = (kind: ReturnType<typeof valueKind>, typed: string): boolean =>
  kind === 'domain' && /^[./~]/.test(typed)

function optionCandidates(command: Command): Candidate[] {
  return optionsAt(command).flatMap(({ long, short, description }) =>
    [long, short].flatMap((name) => (name === undefined ? [] : [{ value: name, description }])),
  )
}

async function liveCandidates({ position, environment, cwd }: Asked): Promise<Candidate[]> {
  const value = position.value!
  const db = position.values.get('db')
  let opened: Promise<Database> | null = null
  try {
    return await valueCandidates(valueKind(value), {
      position,
      value,
      // When it is asked for: an empty PVT_DB must not keep back what needs no database.
      get settings() {
        return toSettings(db === undefined ? {} : { db }, environment, cwd, () => false)
      },
      database() {
        return (opened ??= open(this.settings.database))
      },
    })
  } finally {
    // A SQLite database that is not closed keeps its -wal and -shm files.
    await (opened as Promise<Database> | null)?.then((database) => database.close()).catch(() => undefined)
  }
}

async function open(location: DatabaseLocation): Promise<Database> {
  // A resolver that does not answer would hold the process after the answer: glibc reads this before it asks.
  if (location.engine === 'postgres') process.env.RES_OPTIONS = 'timeout:1 attempts:1'
  return openDatabase(location, { mustExist: true, migrate: false, lockTimeoutMs })
}

async function withoutFailure(ask: () => Promise<Candidate[]>): Promise<Candidate[]> {
  const none = new Promise<Candidate[]>((resolve) => {
    setTimeout(resolve, patienceMs, []).unref()
  })
  return Promise.race([ask().catch(() => []), none])
}
