import Sqlite from 'better-sqlite3'

/** Everything that stands in a SQLite file: the schema and every row of every table, whatever their order. */
export function dumpDatabase(path: string): Record<string, unknown[]> {
  const db = new Sqlite(path, { readonly: true })
  try {
    const schema = db.prepare('select name, type, sql from sqlite_schema order by name').all() as {
      name: string
      type: string
    }[]
    const tables = schema.filter(({ name, type }) => type === 'table' && !name.startsWith('sqlite_'))
    const rows = tables.map(({ name }): [string, unknown[]] => {
      const found = db
        .prepare(`select * from "${name}"`)
        .all()
        .map((row) => JSON.stringify(row))
      return [name, found.sort().map((row) => JSON.parse(row) as unknown)]
    })
    return { schema, ...Object.fromEntries(rows) }
  } finally {
    db.close()
  }
}
