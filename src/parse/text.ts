/**
 * Bytes of a file as text, or a short phrase that says why they are none. UTF-8 with or without a byte order mark;
 * bytes that are no UTF-8 are replaced, because titles of measure files hold anything.
 */
export function decodeText(bytes: Uint8Array): { text: string } | { refused: string } {
  const ascii = bytes.length <= smallText ? asLatin1(bytes) : ''
  if (ascii !== '' && isPlainAscii(ascii) && magicOf(bytes) === null) return { text: ascii }
  const refused = whyRefused(bytes)
  return refused === null ? { text: utf8.decode(bytes) } : { refused }
}

/** What `TextCheck` says of a whole file. */
export function refusedBytes(bytes: Uint8Array): string | null {
  const isPlain = bytes.length <= smallText && isPlainAscii(asLatin1(bytes))
  return isPlain ? magicOf(bytes) : whyRefused(bytes)
}

/**
 * What most files of the flow are. There are hundreds of small ones, which are read and over before V8 has compiled a
 * loop over their bytes: an expression is compiled at once.
 */
const plainAscii = /^[\t-\r -~]*$/

/** Whether a text holds nothing but characters of ASCII that can be printed, blanks and line ends. */
export const isPlainAscii = (text: string): boolean => plainAscii.test(text)

const smallText = 2 * 1024 * 1024

/** Each byte as the character of its number: what ASCII is, a third faster than by a decoder. */
export const asLatin1 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1')

function whyRefused(bytes: Uint8Array): string | null {
  const start = bytes.subarray(0, inspectedStart)
  const nul = bytes.indexOf(0)
  const atNul = nul < 0 ? null : nulAt(nul)
  if (nul >= 0 && nul < start.length) return magicOf(start) ?? atNul
  return magicOf(start) ?? (hasManyControls(start) ? binaryData : null) ?? atNul
}

/**
 * Whether the bytes of a file, given in pieces of any size, are text: each call gives null or a short phrase that says
 * why they are not. The answer is the same however the file is cut.
 */
export class TextCheck {
  readonly #start = new Uint8Array(inspectedStart)
  #startLength = 0
  #isJudged = false
  /** Bytes of the pieces before. */
  #length = 0

  push(piece: Uint8Array): string | null {
    const taken = piece.subarray(0, inspectedStart - this.#startLength)
    this.#start.set(taken, this.#startLength)
    this.#startLength += taken.length
    // A packed file says so in its first bytes, and is full of NULs.
    const refused = this.#startLength === inspectedStart ? this.#judgeStart() : null
    if (refused !== null) return refused
    const nul = piece.indexOf(0)
    if (nul >= 0) return this.#magic() ?? nulAt(this.#length + nul)
    this.#length += piece.length
    return null
  }

  /** To be asked behind the last piece: a short file is judged only here. */
  end(): string | null {
    return this.#judgeStart()
  }

  #judgeStart(): string | null {
    if (this.#isJudged) return null
    this.#isJudged = true
    const start = this.#start.subarray(0, this.#startLength)
    const nul = start.indexOf(0)
    const refused = this.#magic() ?? (nul < 0 ? null : nulAt(nul))
    return refused ?? (hasManyControls(start) ? binaryData : null)
  }

  #magic(): string | null {
    return magicOf(this.#start.subarray(0, this.#startLength))
  }
}

/** A line of a text, without its line end. */
export interface Line {
  text: string
  /** 1-based. */
  number: number
  /** Whether a newline stands behind it; only the last line of a text can lack it. */
  terminated: boolean
}

/** The lines of a text. Only `\n` ends a line; a `\r` before it is dropped. Empty text has no line. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = []
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const terminated = newline >= 0
    const end = terminated ? newline : text.length
    const trimmed = end > start && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end
    lines.push({ text: text.slice(start, trimmed), number: lines.length + 1, terminated })
    start = end + 1
  }
  return lines
}

/** Text of a file as a message shows it: in quotes, control characters spelled out, at most 60 characters. */
export function quoted(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return `'${cut.replace(/[\u0000-\u001f\u007f]/g, spellControl)}'`
}

/** How many bytes at the start of a file are searched for control bytes. */
const inspectedStart = 4096

const carriageReturn = 0x0d
const utf8 = new TextDecoder('utf-8')

const binaryData = 'not text: binary data'

/** Every other byte of Latin letters is a NUL in UTF-16, which need not begin with a mark. */
const nulAt = (index: number): string =>
  `not text: NUL at byte ${index + 1}${index === 1 ? ', as in UTF-16: convert it to UTF-8' : ''}`

const packedFormats = [
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
]

function magicOf(start: Uint8Array): string | null {
  if (!magicStarts.has(start[0] ?? 0)) return null
  if (startsWith(start, [0xff, 0xfe]) || startsWith(start, [0xfe, 0xff])) {
    return 'UTF-16 text: convert it to UTF-8'
  }
  const packed = packedFormats.find(({ magic }) => startsWith(start, magic))
  return packed === undefined ? null : `not text: ${packed.name} data`
}

const magicStarts = new Set([0xff, 0xfe, ...packedFormats.map(({ magic }) => magic[0])])

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/** A few control bytes are normal: real titles of HSPICE files hold 0x01 and 0x02. */
function hasManyControls(bytes: Uint8Array): boolean {
  let controls = 0
  for (let index = 0; index < bytes.length; index += 1) if (isControl(bytes[index]!)) controls += 1
  return controls > bytes.length / 5
}

/** Below the blank, but no tab, newline, vertical tab, form feed or carriage return. */
const isControl = (byte: number): boolean => byte < 0x09 || (byte > 0x0d && byte < 0x20)

function spellControl(character: string): string {
  const known: Partial<Record<string, string>> = { '\r': '\\r', '\t': '\\t', '\n': '\\n' }
  return known[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
