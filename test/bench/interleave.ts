/** One of several things that are compared: `run` does the work of one round and gives its milliseconds. */
export interface Contestant {
  name: string
  run: (round: number) => Promise<number>
}

/** Milliseconds of one contestant, by round. */
export interface Series {
  name: string
  times: number[]
}

export interface Spread {
  median: number
  min: number
  max: number
}

/**
 * Runs all contestants in turn, A B C A B C …, so that whatever else the machine does hits all alike. The first
 * `warmUp` rounds fill caches and are not counted; rounds are numbered on from 0, so that each can have work of its own.
 * With `together` each does so many rounds before the next one's turn: processes that live on and whose work takes less
 * than a millisecond would tell how cold the others have left the processor's caches.
 */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  warmUp: number,
  together = 1,
): Promise<Series[]> {
  const series = contestants.map(({ name }): Series => ({ name, times: [] }))
  for (let first = 0; first < warmUp + rounds; first += together) {
    for (const [index, contestant] of contestants.entries()) {
      for (let round = first; round < Math.min(first + together, warmUp + rounds); round += 1) {
        const time = await contestant.run(round)
        if (round >= warmUp) series[index]!.times.push(time)
      }
    }
  }
  return series
}

export function spread(times: readonly number[]): Spread {
  return { median: median(times), min: Math.min(...times), max: Math.max(...times) }
}

/** The median of the ratios of each round: a burst of other work that slows a whole round down cancels out. */
export function ratio(a: Series, b: Series): number {
  return median(a.times.map((time, round) => time / b.times[round]!))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
