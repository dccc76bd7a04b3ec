/** Of the compiled part of better-sqlite3, the functions that make objects; its types do not tell them. */
export interface Driver {
  Database: { prototype: { prepare: Make; backup: Make } }
  Statement: { prototype: { iterate: Make } }
}

type Make = (this: object, ...values: unknown[]) => object

/** Objects of the driver that must not be collected. */
const kept = new Set<object>()

/**
 * Whether this Node.js may abort when it collects an object of the driver (nodejs/node issues 65446 and 65262): any 24
 * does with a driver that was compiled with 24.19 to 24.21, and 26.0 to 26.3 with one compiled with a later 26. The driver
 * does not tell with which it was.
 */
export function abortsOnCollection(version: string): boolean {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  return major === 24 || (major === 26 && minor < 4)
}

/** Keeps all that the driver makes from now on until the process ends: 4 kB for each time that a database is opened. */
export function keepObjects({ Database, Statement }: Driver): void {
  keepWhatMakes(Database.prototype, 'prepare')
  keepWhatMakes(Database.prototype, 'backup')
  keepWhatMakes(Statement.prototype, 'iterate')
}

function keepWhatMakes<Name extends string>(maker: Record<Name, Make>, name: Name): void {
  const make = maker[name]
  maker[name] = function (...values) {
    const made = make.apply(this, values)
    kept.add(this).add(made)
    return made
  }
}
