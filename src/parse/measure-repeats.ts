import type { Problem } from '../domain/problem.ts'
import { warning } from './measure-table.ts'

/**
 * The names of values in file order, each different: the second `gain` becomes `gain#2`, as in the other formats,
 * with a warning.
 */
export function numberRepeats(found: readonly { name: string; line: number }[]): {
  names: string[]
  problems: Problem[]
} {
  const taken = new Set(found.map(({ name }) => name))
  const nextCount = new Map<string, number>()
  const problems: Problem[] = []
  const names = found.map(({ name, line }) => {
    let count = nextCount.get(name)
    if (count === undefined) {
      nextCount.set(name, 2)
      return name
    }
    while (taken.has(`${name}#${count}`)) count += 1
    nextCount.set(name, count + 1)
    const unique = `${name}#${count}`
    taken.add(unique)
    problems.push(warning(line, `the name ${name} stands twice: its value is read as ${unique}`))
    return unique
  })
  return { names, problems }
}
