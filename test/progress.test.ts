import { expect, test } from 'vitest'
import { openProgressBar } from '../src/progress.ts'

/** A bar on a terminal whose clock is moved by hand. */
function openBar(total: number) {
  const written: string[] = []
  let time = 0
  const bar = openProgressBar('backups', total, {
    write: (text) => written.push(text),
    width: () => 80,
    now: () => time,
  })
  const tickAfter = (ms: number): void => {
    time += ms
    bar.tick()
  }
  return { bar, written, tickAfter }
}

test('short work shows no bar, and has none to take away', () => {
  const { bar, written, tickAfter } = openBar(9)
  for (let count = 0; count < 9; count += 1) tickAfter(10)
  bar.end()
  expect(written).toEqual([])
})

test('it is drawn at most every 100 ms, over the one before', () => {
  const { written, tickAfter } = openBar(1000)
  for (let count = 0; count < 100; count += 1) tickAfter(10)
  expect(written).toHaveLength(10)
  for (const text of written) expect(text).toMatch(/^\r\x1b\[Kbackups \[#*-*\] \d+\/1000 /)
})

test('it is taken away once for a line of text, and comes again', () => {
  const { bar, written, tickAfter } = openBar(10)
  tickAfter(100)
  bar.clear()
  bar.clear()
  expect(written.slice(1)).toEqual(['\r\x1b[K'])
  tickAfter(100)
  bar.end()
  expect(written.slice(2)).toEqual([expect.stringContaining('2/10'), '\r\x1b[K'])
})
