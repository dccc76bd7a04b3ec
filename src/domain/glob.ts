/**
 * What a name must look like for a glob: `*` is any text, also with slashes, as in git's pathspecs; `?` one character
 * but a slash; `[ab]`, `[a-z]` one of these, `[!ab]` and `[^ab]` one that is none of these and no slash; `{a,b}` one of
 * several, also nested; a backslash takes the next character as it is. Everything else is itself: measurements are
 * called `v(out)`, `1:eot@tox_mc` and `"q"`, which the glob libraries of Node.js take for groups and quotes, and they
 * know no `[!ab]`. A bracket or brace that is never closed is itself, too.
 */
export function globPattern(glob: string): RegExp {
  const sources = tokensOf(glob)
  groupBraces(sources)
  return new RegExp(`^(?:${sources.map(({ source }) => source).join('')})$`, 'su')
}

interface Token {
  /** Of the regular expression. */
  source: string
  /** What it may become as part of `{a,b}`. */
  brace: '{' | ',' | '}' | null
}

function tokensOf(glob: string): Token[] {
  const characters = Array.from(glob)
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!
    const end = character === '[' ? endOfClass(characters, at) : -1
    if (end !== -1) {
      tokens.push({ source: classSource(characters.slice(at + 1, end)), brace: null })
      at = end
    } else if (character === '*') {
      if (tokens.at(-1)?.source !== anyText) tokens.push({ source: anyText, brace: null })
    } else if (character === '\\' && at + 1 < characters.length) {
      at += 1
      tokens.push({ source: literal(characters[at]!), brace: null })
    } else {
      const source = character === '?' ? '[^/]' : literal(character)
      tokens.push({ source, brace: isBrace(character) ? character : null })
    }
  }
  return tokens
}

const anyText = '.*'

const isBrace = (character: string): character is '{' | ',' | '}' => ['{', ',', '}'].includes(character)

/** By its number, so that no character means something to the regular expression. */
const literal = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`

const isNegation = (character: string | undefined): boolean => character === '!' || character === '^'

/** The place of the bracket that closes a class; -1 without one. The first character in it may be a `]`. */
function endOfClass(characters: readonly string[], at: number): number {
  return characters.indexOf(']', at + (isNegation(characters[at + 1]) ? 3 : 2))
}

function classSource(inside: readonly string[]): string {
  const isNegated = isNegation(inside[0])
  const members = isNegated ? inside.slice(1) : inside
  let source = ''
  for (let at = 0; at < members.length; at += 1) {
    const [first, last] = [members[at]!, members[at + 2]]
    const isRange = members[at + 1] === '-' && last !== undefined
    // A range that runs backwards holds nothing, as in a shell.
    if (!isRange) source += literal(first)
    else if (first.codePointAt(0)! <= last.codePointAt(0)!) source += `${literal(first)}-${literal(last)}`
    if (isRange) at += 2
  }
  return isNegated ? `[^/${source}]` : `[${source}]`
}

/** Makes alternatives of the braces that are closed and hold a comma. */
function groupBraces(tokens: readonly Token[]): void {
  const open: { token: Token; commas: Token[] }[] = []
  for (const token of tokens) {
    if (token.brace === '{') open.push({ token, commas: [] })
    else if (token.brace === ',') open.at(-1)?.commas.push(token)
    else if (token.brace === '}') {
      const group = open.pop()
      if (group === undefined || group.commas.length === 0) continue
      group.token.source = '(?:'
      for (const comma of group.commas) comma.source = '|'
      token.source = ')'
    }
  }
}
