/** A part of the terminal that is drawn again and again in place. */
export interface Screen {
  /** Draws lines of text, each with its newline, over those drawn before. */
  draw: (text: string) => void
  /** Draws the same again: the terminal has another size. */
  redraw: () => void
  /** What was drawn stays as it is; the next text goes below it. */
  leave: () => void
}

export interface ScreenTerminal {
  write: (text: string) => void
  /** Both may change at any time. */
  columns: () => number
  rows: () => number
}

/**
 * Only its own lines are erased: what stood on the terminal before stays, on the screen and above it. The cursor is
 * never hidden, and each drawing is one write, so that the program may be ended at any moment.
 *
 * Lines are cut before they wrap, and text is cut before it scrolls, as the cursor cannot go back to what has scrolled
 * away. A terminal that wraps old lines anew when it becomes narrower keeps some of them above: nobody can tell which
 * terminal does, and erasing too much would take what is not ours.
 */
export function openScreen({ write, columns, rows }: ScreenTerminal): Screen {
  let drawn = 0
  let shown = ''
  const drawAnew = (text: string): void => {
    const lines = fit(text, columns(), rows())
    // Up to the first line, each line over the one that was there, then away with those below.
    write(`\r${drawn === 0 ? '' : `\x1b[${drawn}A`}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`)
    drawn = lines.length
    shown = text
  }
  return {
    draw: (text) => {
      if (drawn === 0 || text !== shown) drawAnew(text)
    },
    redraw: () => {
      if (drawn > 0) drawAnew(shown)
    },
    leave: () => {
      drawn = 0
    },
  }
}

/** The lines of a text as far as they have room: the last place of a line and the last line stay free. */
function fit(text: string, columns: number, rows: number): string[] {
  const lines = text.replace(/\n$/, '').split('\n')
  const most = Math.max(1, rows - 1)
  const hidden = lines.length - most + 1
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), `(${hidden} more lines)`]
  return shown.map((line) => cut(line, Math.max(1, columns - 1)))
}

/** A colour code, or a character. */
const part = /\x1b\[[\d;]*m|[^]/gu

/** The beginning of a line, with all of its colour codes, so that none stays on. */
function cut(line: string, width: number): string {
  let taken = 0
  return line.replace(part, (text) => {
    if (text.length > 2) return text
    taken += placesOf(text)
    return taken > width ? '' : text
  })
}

/** At most so many places; what is not sure takes two (CJK, emoji). */
const placesOf = (character: string): number => (character.codePointAt(0)! < 0x1100 ? 1 : 2)
