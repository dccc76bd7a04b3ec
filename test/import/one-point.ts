import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { namedZone } from '../../src/domain/local-time.ts'
import { type PvtPoint, toPoint } from '../../src/domain/point.ts'
import { FlowObserver, type FlowObserverOptions, type Sighting } from '../../src/import/observe-flow.ts'

let folder: string

/** Gives every test of a file a domain folder of its own, for a flow of one point whose files the test writes. */
export function inDomainOfOnePoint(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pvt-observe-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })
}

export const point: PvtPoint = toPoint('TT', 'typical', '85', 'v1nom')!
export const place = 'TT/typical/typical_85/v1nom'
export const scriptLog = 'script_logging.log'
export const [gen, run, ext, srt] = [
  '20250616114400 :: Gen PVT testbench & directory\n',
  '20250616114410 :: Submit simulation job & running prelay\n',
  '20250616115130 :: Data extraction\n',
  '20250616115140 :: Data sorting\n',
]
export const begun = 'PrimeSim Version W-2024.09\nStarted at Mon Jun 16 12:26:48 2025\n'
export const success = 'Total elapsed time: 282.0 seconds\nPrimeSim Successfully Completed at Mon Jun 16\n'
export const measure = (value: number): string =>
  `$DATA1 SOURCE='PrimeSim' VERSION='W-2024.09'\n.TITLE '* x'\n del_rr temper alter#\n ${value} 85 1\n`

export const at = (path: string): string => join(folder, path)

export function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}

export const append = (path: string, text: string): void => {
  appendFileSync(at(path), text)
}

/** Writes what is given of the files of the point. */
export function simulate(files: { log?: string; measure?: string; netlist?: true }): void {
  if (files.log !== undefined) write(`${place}/sim_tx.log`, files.log)
  if (files.measure !== undefined) write(`${place}/sim_tx.mt0`, files.measure)
  if (files.netlist === true) write(`${place}/sim_tx.sp`, '* netlist\n')
}

export function replaceByCopy(name: string): void {
  copyFileSync(at(`${place}/${name}`), at('copy'))
  renameSync(at('copy'), at(`${place}/${name}`))
}

export function moveToResult(): void {
  mkdirSync(at(`${place}/result`))
  renameSync(at(`${place}/sim_tx.mt0`), at(`${place}/result/sim_tx.mt0`))
}

/** Makes a file as if it had been written some seconds from now. */
export function later(path: string, seconds: number): void {
  const time = Date.now() / 1000 + seconds
  utimesSync(at(path), time, time)
}

export function observe(options: Partial<FlowObserverOptions> = {}): FlowObserver {
  return new FlowObserver({
    ...{ domain: folder, points: [point], simulator: 'primesim', start: 'now', zone: namedZone('UTC') },
    now: () => '2025-06-16T11:00:00.000Z',
    ...options,
  })
}

export const looks = (observer: FlowObserver, count: number): Sighting[] =>
  Array.from({ length: count }, () => observer.look())

export const done = ({ progress }: Sighting, stage: string): number =>
  progress.find((count) => count.stage === stage)!.done
