import type { Problem } from '../domain/problem.ts'

/**
 * The names of a header, each different: values are kept by name, and a name that stands twice would lose one of
 * them. The second `gain` becomes `gain#2`, a name that is empty becomes `column_<n>` (1-based); both with a warning.
 */
export function distinctNames(
  names: readonly string[],
  line: number | null,
): { names: string[]; problems: Problem[] } {
  const taken = new Set(names)
  const seen = new Set<string>()
  const problems: Problem[] = []
  const distinct = names.map((name, index) => {
    if (name !== '' && !seen.has(name)) {
      seen.add(name)
      return name
    }
    const unique = name === '' ? unusedName(`column_${index + 1}`, taken) : unusedName(name, taken)
    taken.add(unique)
    const what = name === '' ? `column ${index + 1} has no name` : `the name ${name} stands twice`
    problems.push({ line, level: 'warning', message: `${what}: its values are read as ${unique}` })
    return unique
  })
  return { names: distinct, problems }
}

function unusedName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base
  for (let count = 2; ; count += 1) {
    const name = `${base}#${count}`
    if (!taken.has(name)) return name
  }
}
