import type { Problem } from '../domain/problem.ts'

/**
 * The names of a header or a file, each different: values are kept by name, and a name that stands twice would lose
 * one of them. The second `gain` becomes `gain#2`, a name that is empty becomes `column_<n>` (1-based); both with a
 * warning. Counts on from the last number given, because a continuous measurement repeats its name as often as it is
 * found.
 */
export function distinctNames(found: readonly { name: string; line: number }[]): {
  names: string[]
  problems: Problem[]
} {
  const taken = new Set(found.map(({ name }) => name))
  const nextCount = new Map<string, number>()
  const problems: Problem[] = []
  const names = found.map(({ name, line }, index) => {
    if (name === '') {
      const unique = take(`column_${index + 1}`, 1).name
      problems.push(renamed(line, `column ${index + 1} has no name`, unique))
      return unique
    }
    const from = nextCount.get(name)
    if (from === undefined) {
      nextCount.set(name, 2)
      return name
    }
    const unique = take(name, from)
    nextCount.set(name, unique.count + 1)
    problems.push(renamed(line, `the name ${name} stands twice`, unique.name))
    return unique.name
  })
  return { names, problems }

  function take(base: string, from: number): { name: string; count: number } {
    let count = from
    while (taken.has(numbered(base, count))) count += 1
    const name = numbered(base, count)
    taken.add(name)
    return { name, count }
  }
}

const numbered = (base: string, count: number): string => (count === 1 ? base : `${base}#${count}`)

const renamed = (line: number, what: string, name: string): Problem => ({
  line,
  level: 'warning',
  message: `${what}: its values are read as ${name}`,
})
