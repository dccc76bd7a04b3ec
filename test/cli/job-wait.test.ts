import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { administer, makePostgres } from '../support/databases.ts'
import { expectFailure, openWorkplace, program, type Run, type Workplace } from './run-pvt.ts'

let place: Workplace
let job: string

beforeAll(() => {
  place = openWorkplace()
})
afterAll(() => {
  place.remove()
})
beforeEach(async () => {
  job = await place.create()
})

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const move = async (id: string, ...states: string[]): Promise<void> => {
  for (const state of states) expect((await place.pvt(['job', 'status', id, state])).code).toBe(0)
}

describe('job wait', () => {
  test.each([
    ['completed', 0, 'is completed\n'],
    ['failed', 7, 'is failed: boom\n'],
    ['cancelled', 7, 'is cancelled: boom\n'],
  ])('ends when the job is %s, with exit code %i', async (status, code, line) => {
    await move(job, 'running')
    const wait = place.pvt(['job', 'wait', job])
    await after(400)
    const why = status === 'completed' ? [] : ['--error', 'boom']
    await place.pvt(['job', 'status', job, status, ...why])
    expect(await wait).toEqual({ code, stdout: `${job.slice(0, 8)} ${line}`, stderr: '' })
  })

  test('ends at once when the job has ended already; as JSON it is the job, or a list', async () => {
    await move(job, 'running', 'completed')
    const one = await place.json(['job', 'wait', job])
    expect(one).toMatchObject({ job_id: job, status: 'completed' })
    const other = await place.create()
    await move(other, 'cancelled')
    const both = await place.json<object[]>(['job', 'wait', job, other, job], { code: 7 })
    expect(both).toMatchObject([{ job_id: job }, { job_id: other, status: 'cancelled' }])
  })

  test('ends with 124 when the time is over, and says what is still open', async () => {
    const started = performance.now()
    const run = await place.pvt(['job', 'wait', job, await place.create(), '--timeout', '1s'])
    expectFailure(run, 124, `job ${job.slice(0, 8)} is queued, and 1 other job after 1s`)
    expect(performance.now() - started).toBeGreaterThan(1000)
    const script = await place.pvt(['job', 'wait', job, '--timeout', '0s', '--json'])
    expect(JSON.parse(script.stderr)).toMatchObject({ error: { code: 'timed_out', exit_code: 124 } })
  })

  test('takes nothing for a duration that is none, and no job that there is not', async () => {
    expectFailure(await place.pvt(['job', 'wait', job, '--timeout', '5']), 2, /not a duration: .*90s, 10m/)
    expectFailure(await place.pvt(['job', 'wait', 'deadbeef']), 3, /no job 'deadbeef'/)
  })

  test('ends with 3 when the job is deleted meanwhile', async () => {
    const wait = place.pvt(['job', 'wait', job])
    await after(400)
    await place.pvt(['job', 'delete', job, '--yes'])
    expectFailure(await wait, 3, /is not there any more/)
  })

  test('is ended by Ctrl-C at once', async () => {
    const script = `pvt job wait ${job} & sleep 1; kill -INT $!; wait $!; echo $?`
    const started = performance.now()
    // A shell without job control starts its background processes with SIGINT ignored.
    expect((await place.sh(`set -m; ${script}`)).stdout).toBe('130\n')
    expect(performance.now() - started).toBeLessThan(5000)
    const child = spawn(process.execPath, [program, 'job', 'wait', job], { env: place.env })
    await after(1500)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
  })

  test('keeps no writer waiting meanwhile, and no connection', async () => {
    const waits = [1, 2, 3].map(() => place.pvt(['job', 'wait', job]))
    await after(500)
    for (let count = 0; count < 5; count += 1)
      expect((await place.pvt(['job', 'log', job, '--add', 'at work'])).code).toBe(0)
    await move(job, 'running', 'completed')
    expect((await Promise.all(waits)).map(({ code }) => code)).toEqual([0, 0, 0])
  })
})

describe('job wait --for-ready', () => {
  const waitReady = (id: string): Promise<Run> => place.pvt(['job', 'wait', id, '--for-ready'])

  test('ends when all that is waited for has ended as asked', async () => {
    const second = await place.create(['--after', job])
    const wait = waitReady(second)
    await after(300)
    await move(job, 'running', 'completed')
    const line = `${second.slice(0, 8)} ready: all that it waits for has ended as asked\n`
    expect(await wait).toEqual({ code: 0, stdout: line, stderr: '' })
    expect((await place.json(['job', 'wait', second, '--for-ready'])).state).toBe('ready')
  })

  test('ends with 7 as soon as it never will be, of several too', async () => {
    const second = await place.create(['--after', job])
    const third = await place.create(['--after', second])
    const wait = place.pvt(['job', 'wait', third, second, '--for-ready'])
    await after(300)
    await move(job, 'cancelled')
    const run = await wait
    expect(run).toMatchObject({ code: 7, stderr: '' })
    expect(run.stdout).toContain(`${second.slice(0, 8)} never: ${job.slice(0, 8)} (work) was cancelled\n`)
  })

  test('ends with 124 when the time is over', async () => {
    const second = await place.create(['--after', job])
    const run = await place.pvt(['job', 'wait', second, '--for-ready', '--timeout', '0.5s'])
    expectFailure(run, 124, /is queued: waits for it to complete after 0\.5s/)
  })
})

/** A way to a server that can be closed. */
async function openWay(url: URL): Promise<{ url: URL; close: () => void; open: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    const there = connect(Number(url.port), url.hostname)
    for (const one of [socket, there]) sockets.add(one.on('error', () => undefined))
    socket.pipe(there).pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const way = new URL(url)
  way.host = `127.0.0.1:${port}`
  return {
    url: way,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
    open: async () => {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

test('job wait outlives a server that is away for a while, says so once, and holds no connection', async () => {
  const fresh = await makePostgres()
  const way = await openWay(new URL(fresh.url))
  const direct = { env: { PVT_DB: fresh.url } }
  expect((await place.pvt(['db', 'migrate'], direct)).code).toBe(0)
  const id = await place.create([], direct)
  const wait = place.pvt(['job', 'wait', id], { env: { PVT_DB: way.url.href } })
  await after(2500)
  const name = new URL(fresh.url).pathname.slice(1)
  let busy = 0
  for (let count = 0; count < 10; count += 1) {
    const [row] = await administer<{ n: string }>(
      `select count(*) as n from pg_stat_activity where datname = '${name}'`,
    )
    busy += Number(row!.n)
    await after(40)
  }
  expect(busy).toBeLessThan(5)
  way.close()
  await place.pvt(['job', 'status', id, 'running'], direct)
  await place.pvt(['job', 'status', id, 'completed'], direct)
  await after(5000)
  await way.open()
  const run = await wait
  way.close()
  expect(run).toMatchObject({ code: 0, stdout: `${id.slice(0, 8)} is completed\n` })
  expect(run.stderr.trim().split('\n')).toHaveLength(1)
  expect(run.stderr).toMatch(/waiting goes on until it is back/)
  await fresh.drop()
})
