/** What a terminal of a size shows after some output, with what has scrolled away: as xterm does, without reflow. */
export class ShownTerminal {
  readonly #rows: number
  readonly #columns: number
  /** All lines since the beginning; those of the screen are the last ones. */
  readonly #lines: string[] = ['']
  #row = 0
  #column = 0

  constructor(rows: number, columns: number) {
    this.#rows = rows
    this.#columns = columns
  }

  write(text: string): this {
    for (const part of text.match(/\x1b\[[\d;?]*[A-Za-z]|[^]/gu) ?? []) this.#obey(part)
    return this
  }

  /** Without the blanks at the ends of lines and the empty lines at the end. */
  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()
  }

  #obey(part: string): void {
    const command = /^\x1b\[(.*)([A-Za-z])$/.exec(part)
    if (command !== null) this.#control(command[2]!, command[1]!)
    else if (part === '\r') this.#column = 0
    else if (part === '\n') this.#down()
    else this.#put(part)
  }

  #control(name: string, value: string): void {
    const top = Math.max(0, this.#lines.length - this.#rows)
    if (name === 'A') this.#row = Math.max(top, this.#row - Number(value || 1))
    else if (name === 'K') this.#erase()
    else if (name === 'J') {
      this.#erase()
      for (let row = this.#row + 1; row < this.#lines.length; row += 1) this.#lines[row] = ''
    } else if (name !== 'm') throw new Error(`the terminal knows no ${name}`)
  }

  #erase(): void {
    this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column)
  }

  #down(): void {
    this.#row += 1
    if (this.#row === this.#lines.length) this.#lines.push('')
  }

  #put(character: string): void {
    if (this.#column === this.#columns) {
      this.#down()
      this.#column = 0
    }
    const line = this.#lines[this.#row]!.padEnd(this.#column)
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1)
    this.#column += 1
  }
}
