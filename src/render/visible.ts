/**
 * Text from files, folders and users, with its control characters written out (`\n`, `\x1b`, `\u202e`), so that it
 * can neither move the cursor, recolour the terminal, break a line nor show itself in another order than it has.
 * Ordinary text, CJK and emoji included, comes back unchanged; so does a backslash, for this is for reading only.
 */
export function visible(text: string): string {
  // Nearly every text is clean: one test instead of a replacement.
  return hidden.test(text) ? text.replace(hiddenAll, escapeOf) : text
}

/**
 * C0, DEL and C1 controls, the marks that change the direction of text, line and paragraph separators, the byte
 * order mark, and halves of surrogate pairs (with the flag `u` only those that stand alone; \p{Cs} is the same, and takes 0.3 ms of each start).
 */
const hidden = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u
const hiddenAll = new RegExp(hidden.source, 'gu')

const shortEscapes: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

function escapeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return (
    shortEscapes[character] ??
    (code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`)
  )
}
