import type { OpenOptions } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import type { DatabaseLocation } from '../../src/settings.ts'

/** What a child process is asked to do with a database (workers.ts starts it); it prints one line of JSON. */
export interface Order {
  task: 'open' | 'count' | 'migrate' | 'write' | 'fill'
  location: DatabaseLocation
  options?: OpenOptions
  /** For `count`: how many transactions. */
  rounds?: number
}

async function obey(order: Order): Promise<unknown> {
  const database = await openDatabase(order.location, order.options)
  try {
    switch (order.task) {
      case 'open':
        return await database.query('select count(*) as n from counters')
      case 'migrate':
        return await migrate(database, order.options?.migrations)
      case 'write':
        return await database.query(`update counters set n = n + 1 where name = 'shared' returning n`)
      case 'fill':
        await database.insert(
          'notes',
          ['note'],
          Array.from({ length: 5000 }, (_, index) => [`${index} ${'x'.repeat(500)}`]),
        )
        return 'filled'
      case 'count':
        for (let round = 0; round < (order.rounds ?? 1); round += 1) {
          await database.transaction(async () => {
            const [row] = await database.query<{ n: number }>(
              `select n from counters where name = 'shared' ${order.location.engine === 'postgres' ? 'for update' : ''}`,
            )
            await database.query(`update counters set n = $1 where name = 'shared'`, [row!.n + 1])
            await database.query('insert into notes (note) values ($1)', [`${process.pid}-${round}`])
          })
        }
        return 'counted'
    }
  } finally {
    await database.close()
  }
}

obey(JSON.parse(process.argv[2]!) as Order).then(
  (answer) => process.stdout.write(JSON.stringify({ answer })),
  (error: unknown) => {
    process.stdout.write(JSON.stringify({ code: (error as { code?: string }).code, message: String(error) }))
    process.exitCode = 1
  },
)
