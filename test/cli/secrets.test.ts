import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshDatabase, makePostgres } from '../support/databases.ts'
import { expectFailure, openWorkplace, type Run, type Workplace } from './run-pvt.ts'

/** The password of a server is printed nowhere, however it was given and whatever goes wrong. */
let place: Workplace
let fresh: FreshDatabase & { url: string }
let secret: string
let bare: string

beforeAll(async () => {
  fresh = await makePostgres()
  place = openWorkplace(fresh.url)
  const url = new URL(fresh.url)
  secret = url.password
  url.password = ''
  bare = url.href
  await place.create()
})

afterAll(async () => {
  place.remove()
  await fresh.drop()
})

const said = ({ stdout, stderr }: Run): string => stdout + stderr

test.each([
  'history',
  'db status',
  'db path',
  'db check',
  'db migrate',
  'db optimize',
  'job status @latest --json',
])('%s does not print it, not even with PVT_DEBUG', async (words) => {
  const answer = await place.pvt(words.split(' '), { env: { PVT_DEBUG: '1' } })
  expect(answer.code).toBe(0)
  expect(said(answer)).not.toContain(secret)
})

describe('a password', () => {
  test('from PGPASSWORD', async () => {
    const env = { PVT_DB: bare, PGPASSWORD: secret }
    expect(await place.pvt(['history'], { env })).toMatchObject({ code: 0, stderr: '' })
  })

  test('from the file of PGPASSFILE, and from ~/.pgpass', async () => {
    const { hostname, port, username } = new URL(bare)
    for (const file of [place.path('passwords'), place.path('home', '.pgpass')]) {
      writeFileSync(file, `${hostname}:${port}:*:${username}:${secret}\n`)
      chmodSync(file, 0o600)
      const env = { PVT_DB: bare, ...(file.endsWith('.pgpass') ? {} : { PGPASSFILE: file }) }
      expect(await place.pvt(['history'], { env })).toMatchObject({ code: 0, stderr: '' })
    }
  })

  test('in --db works with a warning, since the list of processes shows it; in PVT_DB without', async () => {
    const answer = await place.pvt(['history', '--db', fresh.url], { env: { PVT_DB: undefined } })
    expect(answer.code).toBe(0)
    expect(answer.stderr).toMatch(/^pvt: warning: every user of this host can see the password in --db .*\n$/)
    expect(said(answer)).not.toContain(secret)
    expect((await place.pvt(['history'])).stderr).toBe('')
    expect((await place.pvt(['history', '--db', bare], { env: { PGPASSWORD: secret } })).stderr).toBe('')
  })

  test.each([
    ['is wrong', (url: URL) => (url.password = 'Wrong-Word-17'), /password authentication failed/],
    ['has signs of a URL in it', (url: URL) => (url.password = 'Wrong-Word-17@:%2F?#'), /password/],
    ['is for no database', (url: URL) => (url.pathname = '/none'), /no database of this name/],
    ['is for TLS that the server has not', (url: URL) => (url.search = '?sslmode=require'), /SSL/],
    ['is for nobody who listens', (url: URL) => (url.port = '1'), /nothing listens there/],
    ['is for a host that nobody knows', (url: URL) => (url.hostname = 'nowhere.invalid'), /host name/],
  ])('that %s: exit code 5, and it is not shown', async (_, change, message) => {
    const url = new URL(fresh.url)
    change(url)
    for (const args of [['history'], ['history', '--json']]) {
      for (const PVT_DEBUG of ['0', '1']) {
        const answer = await place.pvt(args, { env: { PVT_DB: url.href, PVT_DEBUG } })
        expect(answer.code).toBe(5)
        expect(answer.stderr).toMatch(message)
        expect(said(answer)).not.toContain(secret)
        expect(said(answer)).not.toContain('Wrong-Word-17')
      }
    }
  })
})

test('a server that takes the connection and says nothing is given up with exit code 5', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  const { port } = silent.address() as { port: number }
  const env = { PVT_DB: `postgres://ada:${secret}@127.0.0.1:${port}/pvt` }
  expectFailure(await place.pvt(['history'], { env }), 5, /does not answer \(5 seconds\)/)
  silent.close()
})
