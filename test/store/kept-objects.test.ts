import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { abortsOnCollection, type Driver, keepObjects } from '../../src/store/kept-objects.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function loadDriver(): Driver {
  const root = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'))
  const part = { exports: {} }
  process.dlopen(part, join(root, 'build', 'Release', 'better_sqlite3.node'))
  return part.exports as Driver
}

/** Uses a database and forgets it; what of it is there after a collection. */
async function leftOf(driver: Driver): Promise<string[]> {
  const made = new Map<string, WeakRef<object>>()
  const use = (): void => {
    const raw = new Sqlite(':memory:', { nativeBinding: driver as unknown as string })
    const [inner] = Object.getOwnPropertySymbols(raw)
    const statement = raw.prepare('select 1')
    const rows = statement.iterate()
    rows.return?.()
    made.set('database', new WeakRef(Reflect.get(raw, inner!) as object))
    made.set('statement', new WeakRef(statement))
    made.set('iterator', new WeakRef(rows))
    raw.close()
  }
  use()
  // What was made in this turn of the loop stays for it.
  await sleep(1)
  collect()
  return [...made].flatMap(([name, reference]) => (reference.deref() === undefined ? [] : [name]))
}

test('nothing that the driver makes is collected where that ends the process', async () => {
  const driver = loadDriver()
  keepObjects(driver)
  expect(await leftOf(driver)).toEqual(['database', 'statement', 'iterator'])
})

// A driver that aborts would end this test run.
test.skipIf(abortsOnCollection(process.versions.node))('elsewhere all of it is', async () => {
  expect(await leftOf(loadDriver())).toEqual([])
})

test.each([
  ['20.20.2', false],
  ['22.23.3', false],
  ['24.0.0', true],
  ['24.21.0', true],
  ['25.9.0', false],
  ['26.3.1', true],
  ['26.4.0', false],
])('Node.js %s: may it abort: %s', (version, may) => {
  expect(abortsOnCollection(version)).toBe(may)
})
