import { expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { findHistory } from '../../src/store/history.ts'
import { deleteJob } from '../../src/store/jobs.ts'
import {
  findDomainsNamed,
  findLimitsVersion,
  findNewestLimits,
  listLimits,
  setLimits,
} from '../../src/store/limits.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findNewestVerdict, findVerdicts, keepVerdict } from '../../src/store/verdicts.ts'
import { deleteWaiver, findWaivers, insertWaiver } from '../../src/store/waivers.ts'
import { type Given, onEachEngine } from './contract.ts'
import { at, aVerdict, aWaiver, limitsOf, storeJob } from './jobs.ts'

const aFinding = {
  ...{
    measurement: 'del_rr',
    point: 'TT*',
    verdict: 'fail' as const,
    worst: 5e-11,
    worst_point: 'TT/t/85/v1',
  },
  ...{ margin: -1e-12, failing: 1, missing: 0, waivers: [] },
}

/** Three more connections; SQLite waits for a lock without letting the others of its process go on. */
const openMore = async ({ dialect, db, fresh }: Given): Promise<Database[]> =>
  dialect === 'sqlite' ? [db, db, db] : Promise.all([1, 2, 3].map(() => openDatabase(fresh.location)))

onEachEngine('limits', (given) => {
  test('get a version each time that their text is another one', async () => {
    const { db } = given
    const domain = '/proj/versions'
    expect(await findNewestLimits(db, domain)).toBeNull()
    expect(await setLimits(db, limitsOf(domain, 'one', 1))).toEqual({ version: 1, isNew: true })
    expect(await setLimits(db, limitsOf(domain, 'one', 2))).toEqual({ version: 1, isNew: false })
    expect(await setLimits(db, limitsOf(domain, 'two', 3))).toEqual({ version: 2, isNew: true })
    expect(await setLimits(db, limitsOf(domain, 'one', 4))).toEqual({ version: 3, isNew: true })
    expect(await setLimits(db, limitsOf('/proj/other', 'one', 5))).toEqual({ version: 1, isNew: true })
    expect(await findNewestLimits(db, domain)).toEqual({ ...limitsOf(domain, 'one', 4), version: 3 })
    expect(await findLimitsVersion(db, domain, 2)).toEqual({ ...limitsOf(domain, 'two', 3), version: 2 })
    expect(await findLimitsVersion(db, domain, 4)).toBeNull()
    const versions = (await listLimits(db, domain)).map(({ version }) => version)
    expect(versions).toEqual([3, 2, 1])
    expect((await listLimits(db, null)).length).toBeGreaterThan(3)
  })

  test('set by several at once get a version each, and none is lost', async () => {
    const domain = '/proj/race'
    const others = await openMore(given)
    const set = await Promise.all(
      [given.db, ...others].map((db, index) => setLimits(db, limitsOf(domain, `text ${index}`))),
    )
    for (const db of others) if (db !== given.db) await db.close()
    expect(set.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4])
    expect(await listLimits(given.db, domain)).toHaveLength(4)
  })

  test('stay when the jobs of their domain go, and name their domain', async () => {
    const { db } = given
    const job = await storeJob(db, { domain_path: '/proj/stay' })
    await setLimits(db, limitsOf('/proj/stay', 'one'))
    await setLimits(db, limitsOf('/elsewhere/stay', 'one'))
    expect(await findDomainsNamed(db, 'stay')).toEqual(['/elsewhere/stay', '/proj/stay'])
    await deleteJob(db, job.job_id)
    expect(await findNewestLimits(db, '/proj/stay')).not.toBeNull()
    expect(await findDomainsNamed(db, 'tay')).toEqual([])
  })
})

onEachEngine('waivers', (given) => {
  test('are kept as they were made, and taken back once', async () => {
    const { db } = given
    const waivers = [
      aWaiver(),
      aWaiver({ waiver_id: 'w2', domain_path: '/proj/b', point: 'TT*', waived_at: at(0) }),
    ]
    for (const waiver of waivers) await insertWaiver(db, waiver)
    expect(await findWaivers(db, '/proj/gpio')).toEqual([waivers[0]])
    expect(await findWaivers(db, null)).toEqual([waivers[1], waivers[0]])
    expect(await deleteWaiver(db, 'w1')).toBe(true)
    expect(await deleteWaiver(db, 'w1')).toBe(false)
    expect(await findWaivers(db, null)).toEqual([waivers[1]])
    await deleteWaiver(db, 'w2')
  })
})

onEachEngine('verdicts', (given) => {
  test('are numbered, newest first, and the history has the newest', async () => {
    const { db } = given
    const [job, other] = [await storeJob(db), await storeJob(db)]
    await keepVerdict(db, aVerdict(job.job_id))
    await keepVerdict(db, aVerdict(job.job_id, { verdict: 'fail', checked_at: at(2), findings: [aFinding] }))
    expect(await findVerdicts(db, job.job_id)).toEqual([
      {
        ...aVerdict(job.job_id, { verdict: 'fail', checked_at: at(2), findings: [aFinding] }),
        verdict_number: 2,
      },
      { ...aVerdict(job.job_id), verdict_number: 1 },
    ])
    const query = { limit: 9, statuses: [], users: [], domain: null, mode: null, search: null }
    const history = await findHistory(db, { ...query, since: null, until: null, before: null })
    expect(new Map(history.map(({ job_id, verdict }) => [job_id, verdict]))).toEqual(
      new Map([
        [job.job_id, 'fail'],
        [other.job_id, null],
      ]),
    )
  })

  test('that say the same as the newest are not kept again', async () => {
    const { db } = given
    const { job_id } = await storeJob(db)
    const said = [
      aVerdict(job_id),
      aVerdict(job_id, { checked_at: at(2), checked_by: 'ada' }),
      aVerdict(job_id, { limits_version: 2 }),
      aVerdict(job_id, { limits_version: 2, verdict: 'near' }),
      aVerdict(job_id),
    ]
    for (const verdict of said) await keepVerdict(db, verdict)
    const kept = (await findVerdicts(db, job_id)).map(({ verdict, limits_version }) => [
      verdict,
      limits_version,
    ])
    expect(kept).toEqual([
      ['pass', 1],
      ['near', 2],
      ['pass', 2],
      ['pass', 1],
    ])
    expect((await findNewestVerdict(db, job_id))!.verdict_number).toBe(4)
  })

  test('of several checks at once are all kept', async () => {
    const { job_id } = await storeJob(given.db)
    const others = await openMore(given)
    await Promise.all(
      [given.db, ...others].map((db, index) =>
        keepVerdict(db, aVerdict(job_id, { limits_version: index + 1 })),
      ),
    )
    for (const db of others) if (db !== given.db) await db.close()
    const numbers = (await findVerdicts(given.db, job_id)).map(({ verdict_number }) => verdict_number)
    expect(numbers).toEqual([4, 3, 2, 1])
  })

  test('go with their job, and need one', async () => {
    const { job_id } = await storeJob(given.db)
    await keepVerdict(given.db, aVerdict(job_id))
    await deleteJob(given.db, job_id)
    expect(await findVerdicts(given.db, job_id)).toEqual([])
    await expect(keepVerdict(given.db, aVerdict(job_id))).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('are one of the words that there are', async () => {
    const { job_id } = await storeJob(given.db)
    const odd = aVerdict(job_id, { verdict: 'fine' as 'pass' })
    await expect(keepVerdict(given.db, odd)).rejects.toThrow(/constraint/i)
  })
})
