import { describe, expect, test } from 'vitest'
import { findPosition } from '../../src/commands/completion-position.ts'
import { commands } from '../../src/commands/index.ts'
import { valueKind } from '../../src/commands/completion-values.ts'
import { examplesOf } from '../../src/commands/shared.ts'
import { leaves, pathOf, wholeProgram } from './whole-program.ts'

const program = await wholeProgram()
const all = leaves(program).map((command) => ({ path: pathOf(command), command }))

test('the table of commands has them under their own names', () => {
  const names = commands.flatMap((entry) =>
    'define' in entry ? [entry.name] : entry.commands.map(({ name }) => `${entry.name} ${name}`),
  )
  expect(all.map(({ path }) => path)).toEqual(names)
})

describe.each(all)('$path', ({ path, command }) => {
  test('has a summary without a capital and without a period at its end', () => {
    expect(command.summary()).toMatch(/^[a-z].*[^.]$/)
  })

  test('has a description in sentences', () => {
    expect(command.description()).toMatch(/^[A-Z].*\.$/s)
  })

  test('says what each option and argument is', () => {
    for (const { flags, description } of command.options) expect(description, flags).not.toBe('')
    for (const argument of command.registeredArguments)
      expect(argument.description, argument.name()).not.toBe('')
  })

  test('has one or two examples, which are calls of it with options that there are', () => {
    const examples = examplesOf(command)
    expect(examples.length).toBeGreaterThanOrEqual(1)
    expect(examples.length).toBeLessThanOrEqual(2)
    for (const example of examples) {
      const words = example.split(/ [>|] /)[0]!.split(' ')
      const called = findPosition(program, words, '').command
      // The command that a group runs by itself need not be named.
      expect([path, path.split(' ')[0]], example).toContain(pathOf(called))
      for (const name of example.match(/(?<= )--?[a-z][a-z-]*/g) ?? []) {
        const known = [...program.options, ...command.options, ...called.options]
        const names = known.flatMap(({ long, short }) => [long, short])
        expect(names, example).toContain(name)
      }
    }
  })

  /** Otherwise add what stands for the value to kindsByPlaceholder, or the option to kindsByName. */
  test('takes values that the completion knows: src/commands/completion-values.ts', () => {
    for (const value of [
      ...command.options.filter(({ required, optional }) => required || optional),
      ...command.registeredArguments,
    ]) {
      expect(valueKind(value), `${path}: ${'flags' in value ? value.flags : value.name()}`).not.toBeNull()
    }
  })
})
