import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, truncateSync, unlinkSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { namedZone } from '../../src/domain/local-time.ts'
import type { Sighting } from '../../src/import/observe-flow.ts'
import { append, at, ext, gen, inDomainOfOnePoint, observe, run, scriptLog, srt, write } from './one-point.ts'

inDomainOfOnePoint()

describe('script_logging.log', () => {
  const phrases = ({ events }: Sighting): string[] => events.map(({ kind, stage }) => stage ?? kind)

  it('is read from where it stood: what an earlier flow said is not news', () => {
    write(scriptLog, `Auto_pvt script start at : 202506161144\n${gen}`)
    const observer = observe()
    expect(phrases(observer.look())).toEqual([])
    append(scriptLog, run + ext)
    expect(phrases(observer.look())).toEqual(['run', 'ext'])
    expect(phrases(observer.look())).toEqual([])
  })

  it('gives a line when its newline is there, or at the end', () => {
    const observer = observe()
    write(scriptLog, gen + run.slice(0, -1))
    expect(phrases(observer.look())).toEqual(['gen'])
    expect(phrases(observer.look())).toEqual([])
    append(scriptLog, '\n')
    expect(phrases(observer.look())).toEqual(['run'])
    append(scriptLog, ext.slice(0, -1))
    expect(phrases(observer.look())).toEqual([])
    expect(phrases(observer.look(true))).toEqual(['ext'])
    expect(phrases(observer.look(true))).toEqual([])
  })

  it('may be rotated, and begin anew', () => {
    write(scriptLog, gen)
    const observer = observe()
    append(scriptLog, run)
    expect(phrases(observer.look())).toEqual(['run'])
    renameSync(at(scriptLog), at('script_logging.log.1'))
    expect(phrases(observer.look())).toEqual([])
    write(scriptLog, ext)
    expect(phrases(observer.look())).toEqual(['ext'])
    truncateSync(at(scriptLog))
    expect(phrases(observer.look())).toEqual([])
    append(scriptLog, srt)
    expect(phrases(observer.look())).toEqual(['srt'])
  })

  it('says nothing twice when an editor writes it anew', () => {
    write(scriptLog, `Auto_pvt script start at : 202506161144\n${gen}Auto_pvt script completed\n`)
    const observer = observe({ now: () => '2025-06-16T11:44:30.000Z' })
    append(scriptLog, run)
    expect(phrases(observer.look())).toEqual(['run'])
    write('edited', `Auto_pvt script start at : 202506161140\nAuto_pvt script completed\n${run}${ext}`)
    renameSync(at('edited'), at(scriptLog))
    expect(phrases(observer.look())).toEqual(['ext'])
  })

  it('of the latest flow is read from the last start on', () => {
    write(scriptLog, `Auto_pvt script start at : 202506161100\n${gen.repeat(5000)}`)
    append(scriptLog, `Auto_pvt script start at : 202506161144\n${run}`)
    const sighting = observe({ start: 'latest-flow' }).look()
    expect(sighting.events).toEqual([
      { kind: 'flow_start', stage: null, extraction: null, at: '2025-06-16T11:44:00.000Z' },
      { kind: 'stage', stage: 'run', extraction: null, at: '2025-06-16T11:44:10.000Z' },
    ])
  })

  it('has local times', () => {
    const observer = observe({ zone: namedZone('Asia/Taipei') })
    write(scriptLog, run)
    expect(observer.look().events[0]!.at).toBe('2025-06-16T03:44:10.000Z')
  })

  it('tells the end by when it was written, or by the hours where others wrote behind it', () => {
    const flow = `Auto_pvt script start at : 202506161144\nAuto_pvt script completed, time: .50 HRs\n`
    const observer = observe()
    write(scriptLog, flow)
    utimesSync(at(scriptLog), new Date(), new Date('2025-06-16T12:14:20Z'))
    expect(observer.look().events[1]!.at).toBe('2025-06-16T12:14:20.000Z')
    append(scriptLog, flow)
    expect(observer.look().events[1]!.at).toBe('2025-06-16T12:14:00.000Z')
  })

  it('may be a pipe, a folder or a link: nobody waits for it', () => {
    execFileSync('mkfifo', [at(scriptLog)])
    expect(observe().look().events).toEqual([])
    unlinkSync(at(scriptLog))
    mkdirSync(at(scriptLog))
    expect(observe().look(true).events).toEqual([])
  })
})
