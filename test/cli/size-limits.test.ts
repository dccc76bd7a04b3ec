import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bounded, longest } from '../../src/domain/size-limits.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
})

afterAll(() => {
  place.remove()
})

const text = (length: number): string => 'x'.repeat(length)

describe('what a job keeps of a text has a limit', () => {
  test.each([
    ['a name', ['--name', text(256)], 'the name has 256 characters: at most 255 are kept'],
    ['a tag', ['--tag', text(256)], 'a tag has 256 characters: at most 255 are kept'],
    ['a description', ['--description', text(65_537)], 'the description has 65537 characters'],
    ['tags', Array.from({ length: 101 }, (_, n) => ['--tag', `t${n}`]).flat(), 'there are 101 tags'],
  ])('%s that is longer is refused, and no job is made', async (_, words, message) => {
    const answer = await place.pvt(['job', 'create', ...words])
    expect(answer).toMatchObject({ code: 2, stdout: '' })
    expect(answer.stderr).toContain(message)
    expect(await place.json(['history'])).toEqual([])
  })

  test('a config.cfg of more than 1 MiB is none', async () => {
    const path = place.path('config.cfg')
    writeFileSync(path, `mode:prelay\n${text(1_048_576)}\n`)
    const answer = await place.pvt(['job', 'create', '-c', path])
    expect(answer.code).toBe(6)
    expect(answer.stderr).toContain('a config.cfg at most 1048576')
  })

  test('a message that is longer is stored with its beginning and its end: a mark never fails for it', async () => {
    const id = await place.create()
    const message = `begin${text(100_000)}end`
    expect((await place.pvt(['stage', 'fail', 'run', '-j', id, '--error', message])).code).toBe(0)
    const { error_message } = await place.json<{ error_message: string }>(['job', 'status', id])
    expect(error_message.length).toBeLessThanOrEqual(longest.message)
    expect(error_message).toMatch(/^beginx+\n\u2026 \d+ characters left out \u2026\nx+end$/)
    expect((await place.pvt(['job', 'note', id, message])).code).toBe(0)
    const log = await place.json<{ message: string }[]>(['job', 'log', id])
    for (const entry of log) expect(entry.message.length).toBeLessThanOrEqual(longest.message)
  })

  test('what is as long as it may be stays as it is', () => {
    expect(bounded(text(longest.message))).toBe(text(longest.message))
    expect(bounded(text(longest.message + 1)).length).toBeLessThanOrEqual(longest.message)
  })
})
