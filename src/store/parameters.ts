import { PvtError } from '../errors.ts'
import type { SqlValue } from './database.ts'

/**
 * Refuses what one engine would take and the other not, before either sees it. PostgreSQL cannot store a NUL
 * character (22021); SQLite stores NaN as NULL without a word, and PostgreSQL as a number.
 * @throws PvtError `bad_input` for a NUL in a text; a plain error (a bug) for a number that is not finite.
 */
export function checkParameters(parameters: readonly SqlValue[]): void {
  // Twenty-five a result: walking them makes an object for each until V8 has optimised this.
  for (let index = 0; index < parameters.length; index += 1) {
    const value = parameters[index]
    if (typeof value === 'string') checkText(value)
    else if (typeof value === 'number' && !Number.isFinite(value))
      throw new Error(`${value} given to the database`)
  }
}

function checkText(text: string): void {
  const at = text.indexOf('\0')
  if (at === -1) return
  const before = JSON.stringify(text.slice(Math.max(0, at - 30), at))
  throw new PvtError(
    'bad_input',
    `a text holds a NUL character at position ${at + 1}, after ${before}`,
    'remove the NUL character: it is not text, and cannot be stored',
  )
}
