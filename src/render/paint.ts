import type { Paint, Style } from './column.ts'

export type Painter = (text: string, paint: Paint | 'bold' | null) => string

/** Colours text, or leaves it alone. chalk takes 3.4 ms to load: only when there is colour. */
export async function openPainter({ colour }: Style): Promise<Painter> {
  if (!colour) return (text) => text
  const { Chalk } = await import('chalk')
  // The level is given, or chalk would ask the environment a second time, and answer otherwise in a pipe.
  const chalk = new Chalk({ level: 1 })
  return (text, paint) => (paint === null ? text : chalk[paint](text))
}
