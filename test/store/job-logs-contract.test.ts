import { expect, test } from 'vitest'
import { addLogEntry, findLogEntries, logLevels } from '../../src/store/job-logs.ts'
import { onEachEngine } from './contract.ts'
import { at, storeJob } from './jobs.ts'

onEachEngine('the log of a job', (given) => {
  const add = (jobId: string, message: string, level: (typeof logLevels)[number] = 'info') =>
    addLogEntry(given.db, jobId, { logged_at: at(1), level, source: 'eva', message })
  const numbers = async (jobId: string) =>
    (
      await given.db.query<{ n: number }>(
        'select log_number as n from job_logs where job_id = $1 order by log_number',
        [jobId],
      )
    ).map(({ n }) => n)
  const messages = async (jobId: string, level: (typeof logLevels)[number], limit = 100) =>
    (await findLogEntries(given.db, jobId, level, limit)).map(({ message }) => message)

  test('is numbered from one without gaps, for each job by itself', async () => {
    const [one, two] = [await storeJob(given.db), await storeJob(given.db)]
    await add(one.job_id, 'a')
    await add(two.job_id, 'b')
    await Promise.all(Array.from({ length: 10 }, (_, index) => add(one.job_id, `${index}`)))
    expect(await numbers(one.job_id)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    expect(await numbers(two.job_id)).toEqual([1, 2])
  })

  test('is read by level and up, the newest entries, oldest first', async () => {
    const { job_id } = await storeJob(given.db)
    for (const level of logLevels) await add(job_id, level, level)
    expect(await messages(job_id, 'debug')).toEqual(['created', 'debug', 'info', 'warning', 'error'])
    expect(await messages(job_id, 'info')).toEqual(['created', 'info', 'warning', 'error'])
    expect(await messages(job_id, 'warning')).toEqual(['warning', 'error'])
    expect(await messages(job_id, 'error')).toEqual(['error'])
    expect(await messages(job_id, 'debug', 2)).toEqual(['warning', 'error'])
    expect(await messages(job_id, 'info', 3)).toEqual(['info', 'warning', 'error'])
  })

  test('keeps any text, its writer and its time', async () => {
    const { job_id } = await storeJob(given.db)
    const message = 'µΩ 😀 "\\\' \n\u001b[2J ' + 'x'.repeat(60_000)
    await add(job_id, message)
    expect((await findLogEntries(given.db, job_id, 'info', 1))[0]).toEqual({
      ...{ logged_at: at(1), level: 'info', source: 'eva', message },
    })
  })

  test('of a job that is not there takes nothing', async () => {
    await expect(add('nobody', 'hello')).rejects.toMatchObject({ code: 'job_not_found' })
    expect(await given.db.query('select message from job_logs')).toEqual([])
    expect(await messages('nobody', 'debug')).toEqual([])
  })

  test('loses no number to an entry that failed', async () => {
    const { job_id } = await storeJob(given.db)
    await expect(add(job_id, 'a\0b')).rejects.toMatchObject({ code: 'bad_input' })
    await add(job_id, 'fine')
    expect(await numbers(job_id)).toEqual([1, 2])
  })
})
