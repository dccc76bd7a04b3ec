import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { defaultMeasurements } from '../fixtures/truth.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { type Contestant, interleave, ratio, spread, type Spread } from './interleave.ts'
import { childEnvironment } from './machine.ts'
import { largeSettings, type Workshop } from './workshop.ts'

/** A command that answers about a job of 488 points and 12 measurements, as a whole process. */
export interface AnswerFigure extends Spread {
  name: string
  /** To `results show --json` of the same job in the same round. */
  toShow: number
  limit: number | null
}

export interface AnswersReport {
  rounds: number
  figures: AnswerFigure[]
}

const warmUp = 3
const names = [...defaultMeasurements, 'del_rr_2', 'del_ff_2', 'power_2'].slice(0, 12)

export async function measureAnswers(shop: Workshop, rounds: number): Promise<AnswersReport> {
  const folder = join(shop.folder, 'answers')
  const pvt = (words: readonly string[]): string => {
    const parameters = [shop.program, '--db', join(shop.folder, 'answers.db'), ...words]
    const run = spawnSync(process.execPath, parameters, {
      ...{ env: childEnvironment(), cwd: folder, maxBuffer: 1e8 },
    })
    if (run.status !== 0 && run.status !== 7)
      throw new Error(`pvt ${words.join(' ')}: ${run.stderr.toString()}`)
    return run.stdout.toString()
  }
  const config = Object.fromEntries(largeSettings.map((text) => text.split('=') as [string, string]))
  const [base, next] = ['202601010000', '202602010000'].map((stamp, seed) => {
    const { backupPath } = makeDomain(folder, { config, measurements: names, stamp, seed: seed + 1 })
    return (JSON.parse(pvt(['results', 'import', '--new', backupPath, '--json'])) as { job_id: string })
      .job_id
  })
  writeFileSync(
    join(folder, 'limits.csv'),
    ['measurement,max', ...names.map((name) => `${name},1`), ''].join('\n'),
  )
  pvt(['limits', 'set', 'limits.csv', '--domain', folder])
  const commands = [
    { name: 'results show --json', words: ['results', 'show', '-j', next!, '--json'], limit: null },
    { name: 'results check', words: ['results', 'check', '-j', next!], limit: 1.5 },
    { name: 'results check --json', words: ['results', 'check', '-j', next!, '--json'], limit: 1.5 },
    { name: 'results compare', words: ['results', 'compare', base!, next!], limit: 1.5 },
    { name: 'results compare --json', words: ['results', 'compare', base!, next!, '--json'], limit: 1.5 },
    { name: 'results summary --json', words: ['results', 'summary', '-j', next!, '--json'], limit: 1.5 },
  ]
  const contestants = commands.map(({ name, words }): Contestant => ({
    name,
    run: () => {
      const start = performance.now()
      pvt(words)
      return Promise.resolve(performance.now() - start)
    },
  }))
  const series = await interleave(contestants, rounds, warmUp)
  const figures = commands.map(({ name, limit }, index) => ({
    ...{ name, limit, toShow: ratio(series[index]!, series[0]!) },
    ...spread(series[index]!.times),
  }))
  return { rounds, figures }
}
