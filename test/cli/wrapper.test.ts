import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeSqlite, type FreshDatabase } from '../support/databases.ts'
import { type FlowPlace, openFlowPlace } from './flow-place.ts'

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

/** A listing of the README, by the words it contains. */
function listing(language: string, words: string): string {
  const found = readme.split('```').filter((text) => text.startsWith(`${language}\n`) && text.includes(words))
  expect(found, words).toHaveLength(1)
  return found[0]!.slice(language.length + 1)
}

const shells = [
  { shell: 'bash', path: '/bin/bash' },
  { shell: 'sh', path: '/bin/sh' },
  { shell: 'tcsh', path: '/usr/bin/tcsh' },
]

describe.each(shells)("the README's wrapper in $shell", ({ shell, path }) => {
  let fresh: FreshDatabase
  let place: FlowPlace

  beforeEach(async () => {
    fresh = await makeSqlite()
    place = openFlowPlace(fresh)
    const hook = listing('sh', 'export PVT_BEST_EFFORT=1').replace(/^\n*/, '')
    writeFileSync(join(place.domain, 'pvt_hook'), hook, { mode: 0o755 })
  })

  afterEach(async () => {
    place.remove()
    await fresh.drop()
  })

  /** The seven lines, with parts of the stand-in in place of the comments. */
  function wrapper(stages: Record<string, string>): string {
    const own = shell === 'tcsh' ? listing('tcsh', 'setenv PVT_JOB').trimEnd().split('\n') : []
    const lines = listing('sh', './pvt_hook stage done bkp --import')
      .trimEnd()
      .split('\n')
      .map((line) => {
        if (own.length > 0 && line.startsWith('export PVT_JOB')) return own[0]!
        if (own.length > 0 && line.startsWith('pvt results verify')) return own[1]!
        const stage = Object.keys(stages).find((words) => line.startsWith('#') && line.includes(words))
        return stage === undefined ? line : stages[stage]!
      })
    expect(lines.filter((line) => line.includes('pvt')).length).toBe(7)
    return `${lines.join('\n')}\n`
  }

  test.skipIf(!existsSync(path))('records the run, its results and nothing else', async () => {
    place.flow()
    const script = wrapper({
      generates: 'sh flow.sh Gen_only',
      simulates: 'sh flow.sh run_only_all',
      moves: 'sh flow.sh compile_only',
      extracts: 'echo extracted',
      sorts: 'echo sorted',
    }).replace(/^pvt results verify.*\n/m, '')
    writeFileSync(join(place.domain, 'wrapper'), script)
    const { code, stderr } = await place.startOther([path, 'wrapper']).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await place.job()).toMatchObject({
      ...{ status: 'completed', successful_simulations: 44 },
      completed_stages: ['gen', 'run', 'ext', 'srt', 'bkp'],
    })
  })

  test.skipIf(!existsSync(path))('stops before the deletion when points are missing', async () => {
    place.flow({ failedPoints: ['TT/typical/125/v1max'] })
    const script = wrapper({
      generates: 'sh flow.sh Gen_only',
      simulates: 'sh flow.sh run_only_all',
      moves: 'touch moved',
    })
    writeFileSync(join(place.domain, 'wrapper'), script)
    const { code } = await place.startOther([path, 'wrapper']).ended
    expect(code).toBe(1)
    expect(existsSync(join(place.domain, 'moved'))).toBe(false)
    expect(readFileSync(join(place.domain, 'pvt_wrong.txt'), 'utf8')).toContain('TT/typical/125/v1max')
  })

  test.skipIf(!existsSync(path))(
    'stops before the deletion when the extraction has lost everything',
    async () => {
      place.flow()
      const script = wrapper({ extracts: 'echo lost everything', moves: 'touch moved' })
      writeFileSync(join(place.domain, 'wrapper'), script)
      const { code } = await place.startOther([path, 'wrapper']).ended
      expect(code).toBe(1)
      expect(existsSync(join(place.domain, 'moved'))).toBe(false)
    },
  )

  test.skipIf(!existsSync(path))('goes on when pvt cannot be started at all', async () => {
    place.flow()
    const script = wrapper({ generates: 'echo generated', moves: 'touch moved' })
    writeFileSync(join(place.domain, 'wrapper'), script)
    const started = place.startOther([path, 'wrapper'], { PATH: '/usr/bin:/bin', PVT_DB: '/nowhere/pvt.db' })
    expect((await started.ended).code).toBe(0)
    expect(existsSync(join(place.domain, 'moved'))).toBe(true)
  })
})
