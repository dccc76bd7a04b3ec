import { usageError } from '../errors.ts'

/**
 * Whether a name is as a glob says: `*` is any text, also with slashes, as in git's pathspecs; `?` one character
 * but a slash; `[ab]`, `[a-z]` one of these, `[!ab]` and `[^ab]` one that is none of these and no slash; `{a,b}` one of
 * several, also nested; a backslash takes the next character as it is. Everything else is itself: measurements are
 * called `v(out)`, `1:eot@tox_mc` and `"q"`, which the glob libraries of Node.js take for groups and quotes, and they
 * know no `[!ab]`. A bracket or brace that is never closed is itself, too.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  const tokens = tokensOf(glob)
  groupBraces(tokens)
  const patterns = alternatives(tokens).map((sources) => new RegExp(`^${patternSource(sources)}$`, 'su'))
  return (name) => patterns.some((pattern) => pattern.test(name))
}

interface Token {
  /** Of the regular expression. */
  source: string
  /** What it may become as part of `{a,b}`. */
  brace: '{' | ',' | '}' | null
  /** Whether it is part of one. */
  groups: boolean
}

function tokensOf(glob: string): Token[] {
  const characters = Array.from(glob)
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!
    const end = character === '[' ? endOfClass(characters, at) : -1
    if (end !== -1) {
      tokens.push({ source: classSource(characters.slice(at + 1, end)), brace: null, groups: false })
      at = end
    } else if (character === '*') {
      if (tokens.at(-1)?.source !== anyText) tokens.push({ source: anyText, brace: null, groups: false })
    } else if (character === '\\' && at + 1 < characters.length) {
      at += 1
      tokens.push({ source: literal(characters[at]!), brace: null, groups: false })
    } else {
      const source = character === '?' ? '[^/]' : literal(character)
      tokens.push({ source, brace: isBrace(character) ? character : null, groups: false })
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

/** Marks the braces that are closed and hold a comma. */
function groupBraces(tokens: readonly Token[]): void {
  const open: Token[][] = []
  for (const token of tokens) {
    if (token.brace === '{') open.push([token])
    else if (token.brace === ',') open.at(-1)?.push(token)
    else if (token.brace === '}') {
      const parts = open.pop() ?? []
      if (parts.length > 1) for (const part of [...parts, token]) part.groups = true
    }
  }
}

/** What is written out of `{a,b}{c,d}`: four, and from so many on it is a mistake. */
const mostAlternatives = 1_000

/** The glob without braces, once for each choice. @throws wrong usage for too many. */
function alternatives(tokens: readonly Token[]): string[][] {
  let at = 0
  const readSequence = (): string[][] => {
    let read: string[][] = [[]]
    while (at < tokens.length && (tokens[at]!.brace === '{' || !tokens[at]!.groups)) {
      const { source, groups } = tokens[at]!
      at += 1
      if (groups) read = eachWithEach(read, readChoices())
      else for (const alternative of read) alternative.push(source)
    }
    return read
  }
  const readChoices = (): string[][] => {
    const choices: string[][] = []
    do {
      choices.push(...readSequence())
      at += 1
    } while (tokens[at - 1]!.brace === ',')
    return choices
  }
  return readSequence()
}

function eachWithEach(before: readonly string[][], choices: readonly string[][]): string[][] {
  if (before.length * choices.length > mostAlternatives)
    throw usageError(`a glob with braces stands for more than ${mostAlternatives} others`, 'use * instead')
  return before.flatMap((sources) => choices.map((choice) => [...sources, ...choice]))
}

/**
 * What stands between two `*` has a fixed length, so that its first place is as good as any later one: a look-ahead is
 * not entered again. Without it five `*` took 0.2 s on a name of 60 characters, and ten did not end.
 */
function patternSource(sources: readonly string[]): string {
  const segments: string[] = ['']
  for (const source of sources) {
    if (source === anyText) segments.push('')
    else segments.push(`${segments.pop()}${source}`)
  }
  const [first, ...others] = segments
  const last = others.pop()
  if (last === undefined) return first!
  const middle = others.filter((segment) => segment !== '')
  const skipping = middle.map((segment, index) => `(?=(${anyText}?${segment}))\\${index + 1}`)
  return `${first}${skipping.join('')}${anyText}${last}`
}
