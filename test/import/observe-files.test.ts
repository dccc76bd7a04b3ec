import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  append,
  at,
  done,
  ext,
  gen,
  inDomainOfOnePoint,
  looks,
  observe,
  scriptLog,
  simulate,
  srt,
  write,
} from './one-point.ts'

inDomainOfOnePoint()

describe('a backup', () => {
  const name = '00bkp_202506161151'
  const report = `${name}/report/report_TT_typical_85_v1nom.txt`
  const values = 'del_rr\ttemper\talter#\n1\t85\t1\n'

  it('of an earlier flow is new again when a flow of the same minute adds to it', () => {
    write(`${name}/report/report_TT_typical_100_v1nom.txt`, values)
    write('00bkp_202506161150/report/creport.txt', 'x\n')
    const observer = observe({ points: [] })
    expect(looks(observer, 3).flatMap(({ newBackups }) => newBackups)).toEqual([])
    write(report, values)
    const seen = looks(observer, 3)
    expect(seen.flatMap(({ newBackups }) => newBackups)).toEqual([at(name)])
    expect(done(seen.at(-1)!, 'bkp')).toBe(1)
  })

  it('of an earlier flow is not new when somebody removes a file of it', () => {
    write(report, values)
    const observer = observe()
    observer.look()
    unlinkSync(at(report))
    expect(looks(observer, 3).flatMap(({ newBackups }) => newBackups)).toEqual([])
  })

  it('is given when it is complete, and again when more is moved into it', () => {
    const observer = observe()
    mkdirSync(at(name))
    expect(observer.look().newBackups).toEqual([])
    write(report, values)
    expect(observer.look().newBackups).toEqual([])
    expect(observer.look().newBackups).toEqual([at(name)])
    write(`${name}/report/creport.txt`, 'process\textract\ttemp\tv1\tdel_rr\nTT\ttypical\t85\tnom\t1\n')
    expect(done(observer.look(), 'srt')).toBe(1)
    expect(observer.look().newBackups).toEqual([at(name)])
    expect(looks(observer, 3).flatMap(({ newBackups }) => newBackups)).toEqual([])
  })

  it('is given at once at the end', () => {
    const observer = observe()
    write(report, values)
    expect(observer.look(true).newBackups).toEqual([at(name)])
  })
})

describe('a report', () => {
  it.each([
    ['del_rr\ttemper\talter#\n1\t85\t1\n', { done: 1, failed: 0 }],
    [`${'\t'.repeat(101)}\n`, { done: 0, failed: 1 }],
    ['del_rr\ttemper\talter#\n', { done: 0, failed: 0 }],
    ['', { done: 0, failed: 0 }],
  ])('%j', (text, counts) => {
    const observer = observe()
    append(scriptLog, ext)
    write('report/report_TT_typical_85_v1nom.txt', text)
    expect(looks(observer, 3).at(-1)!.progress[2]).toMatchObject(counts)
    append(scriptLog, srt)
    append('report/report_TT_typical_85_v1nom.txt', '')
    expect(observer.look().progress[2]!.failed).toBe(counts.done === 1 ? 0 : 1)
  })
})

describe('what the file system does', () => {
  it('is never thrown: there is no domain', () => {
    const observer = observe({ domain: at('nowhere') })
    expect(observer.look().problems).toHaveLength(1)
    expect(observer.look(true).problems).toEqual([])
  })

  it('a link out of the domain is not followed, and named once', () => {
    const other = mkdtempSync(join(tmpdir(), 'pvt-elsewhere-'))
    mkdirSync(join(other, 'typical/typical_85/v1nom'), { recursive: true })
    writeFileSync(join(other, 'typical/typical_85/v1nom/sim_tx.sp'), '')
    symlinkSync(other, at('TT'))
    const observer = observe()
    const [first, second] = looks(observer, 2)
    expect(done(first!, 'gen')).toBe(0)
    expect(first!.problems).toMatchObject([{ file: at('TT'), level: 'warning' }])
    expect(second!.problems).toEqual([])
    rmSync(other, { recursive: true })
  })

  it('a link within the domain is followed', () => {
    const observer = observe()
    write('disk1/typical/typical_85/v1nom/sim_tx.sp', '')
    symlinkSync(at('disk1'), at('TT'))
    const sighting = observer.look()
    expect([done(sighting, 'gen'), sighting.problems]).toEqual([1, []])
  })

  it.skipIf(process.getuid?.() === 0)('a folder that may not be read is named once', () => {
    simulate({ netlist: true })
    chmodSync(at('TT'), 0)
    const [first, second] = looks(observe(), 2)
    chmodSync(at('TT'), 0o755)
    expect(first!.problems).toMatchObject([{ file: at('TT'), level: 'error' }])
    expect(second!.problems).toEqual([])
  })

  it('files in place of folders, and garbage in place of text', () => {
    write('TT', 'no folder')
    write('report', 'no folder')
    write('00bkp_202506161151', 'no folder')
    for (const name of [scriptLog, 'job_log.txt', 'job_stat.log'])
      write(name, '\0\u0001\ufffd'.repeat(50_000))
    const observer = observe()
    for (const name of [scriptLog, 'job_log.txt', 'job_stat.log']) append(name, '\0\u0001\n'.repeat(50_000))
    expect(observer.look()).toMatchObject({ events: [], attempts: [], newBackups: [] })
    append(scriptLog, `\n${gen}`)
    expect(observer.look().events).toMatchObject([{ stage: 'gen' }])
  })
})
