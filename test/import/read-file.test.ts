import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileError, readTextFile } from '../../src/import/read-file.ts'
import { failure } from '../support/failure.ts'

let folder: string

beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'pvt-read-'))
  fs.chmodSync(folder, 0o755)
})

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true })
})

const failureOf = (path: string) => failure(Promise.resolve().then(() => readTextFile(path)))

test.each([
  ['an empty file', '', ''],
  ['lines with either end', 'a\r\nb\n', 'a\r\nb\n'],
  ['UTF-8', 'µΩ 电压 😀\n', 'µΩ 电压 😀\n'],
  ['a byte order mark, which is no part of the text', '\uFEFFmode:polo\n', 'mode:polo\n'],
  ['bytes that are no UTF-8, which are replaced', Buffer.from([0x61, 0xb5, 0x0a]), 'a\uFFFD\n'],
])('%s', (_, contents, text) => {
  const path = join(folder, 'good.txt')
  fs.writeFileSync(path, contents)
  const bytes = fs.readFileSync(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(readTextFile(path)).toEqual({ path, text, size: bytes.length, sha256 })
})

test('a link is read as the file that it points to, under its own name', () => {
  fs.writeFileSync(join(folder, 'target'), 'text')
  fs.symlinkSync('target', join(folder, 'link'))
  expect(readTextFile(join(folder, 'link'))).toMatchObject({ path: join(folder, 'link'), text: 'text' })
})

test.each<[string, string, string, RegExp, (path: string) => void]>([
  ['missing', 'missing.txt', 'file_not_found', /there is no/, () => undefined],
  [
    'below a file',
    'below/x',
    'file_not_found',
    /there is no/,
    () => {
      fs.writeFileSync(join(folder, 'below'), '')
    },
  ],
  [
    'a dangling link',
    'dangling',
    'file_not_found',
    /there is no/,
    (path) => {
      fs.symlinkSync('nowhere', path)
    },
  ],
  [
    'a loop of links',
    'loop',
    'file_error',
    /is a loop/,
    (path) => {
      fs.symlinkSync('loop', path)
    },
  ],
  ['a name that is too long', 'x'.repeat(300), 'file_error', /\(ENAMETOOLONG\)/, () => undefined],
  [
    'a folder',
    'folder',
    'bad_input',
    /not a regular file/,
    (path) => {
      fs.mkdirSync(path)
    },
  ],
  [
    'a FIFO that nobody writes',
    'fifo',
    'bad_input',
    /not a regular file/,
    (path) => {
      execFileSync('mkfifo', [path])
    },
  ],
  ['an endless device', '/dev/zero', 'bad_input', /not a regular file/, () => undefined],
  [
    'gzip',
    'gzip',
    'bad_input',
    /gzip data/,
    (path) => {
      fs.writeFileSync(path, Buffer.from([0x1f, 0x8b, 8, 0]))
    },
  ],
  [
    'a NUL far inside',
    'nul',
    'bad_input',
    /NUL at byte 9001$/,
    (path) => {
      fs.writeFileSync(path, `${'a'.repeat(9000)}\0`)
    },
  ],
  [
    'UTF-16',
    'utf16',
    'bad_input',
    /UTF-16/,
    (path) => {
      fs.writeFileSync(path, Buffer.from('\uFEFFab', 'utf16le'))
    },
  ],
])('%s is told at once', async (_, name, code, message, make) => {
  const path = name.startsWith('/') ? name : join(folder, name)
  make(path)
  const error = await failureOf(path)
  expect({ code: error.code, message: error.message }).toEqual({
    code,
    message: expect.stringMatching(message) as string,
  })
  expect(error.message).toContain(path)
})

test('a file of a socket cannot be read', async () => {
  const { createServer } = await import('node:net')
  const path = join(folder, 'socket')
  const server = createServer()
  await new Promise<void>((done) => server.listen(path, done))
  expect(await failureOf(path)).toMatchObject({ code: 'file_error' })
  server.close()
})

test('a file that is too large is refused by its size, without being read', async () => {
  const path = join(folder, 'large')
  fs.writeFileSync(path, 'text')
  fs.truncateSync(path, 8 * 1024 ** 4)
  const start = performance.now()
  expect(await failureOf(path)).toMatchObject({
    code: 'bad_input',
    message: `${path} has ${8 * 1024 ** 4} bytes, a file of its kind at most ${256 * 1024 ** 2} bytes`,
  })
  expect(performance.now() - start).toBeLessThan(1000)
})

test.skipIf(process.getuid?.() !== 0)('a file without permission is named, and who can help', async () => {
  const path = join(folder, 'private')
  fs.writeFileSync(path, 'text', { mode: 0o600 })
  process.seteuid!(65534)
  const error = await failureOf(path).finally(() => {
    process.seteuid!(0)
  })
  expect(error).toMatchObject({
    code: 'file_error',
    message: `no permission to read ${path}`,
    hint: 'ask its owner',
  })
})

test('no descriptor stays open, whatever came of the reading', async () => {
  const open = (): number => fs.readdirSync('/proc/self/fd').length
  fs.writeFileSync(join(folder, 'good.txt'), 'text')
  fs.mkdirSync(join(folder, 'other'))
  const before = open()
  for (let round = 0; round < 20; round += 1) {
    readTextFile(join(folder, 'good.txt'))
    await failureOf(join(folder, 'other'))
    await failureOf('/dev/zero')
  }
  expect(open()).toBeLessThanOrEqual(before)
})

test('an error of the file system without a known code keeps its cause', () => {
  const cause = Object.assign(new Error('i/o'), { code: 'EIO' })
  expect(fileError('/x', cause)).toMatchObject({
    code: 'file_error',
    message: '/x cannot be read (EIO)',
    cause,
  })
  expect(fileError('/x', 'odd')).toMatchObject({ message: '/x cannot be read (odd)' })
})
