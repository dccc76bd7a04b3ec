import type { Command, Option } from 'commander'
import { exitMeanings } from '../errors.ts'
import type { Block, Spans } from '../render/index.ts'
import { optionsAt } from './completion-position.ts'
import { examplesOf } from './shared.ts'
import { environmentVariables, ownFiles, type Surrounding } from './surroundings.ts'

/** `pvt-results-import` */
export const pageName = (command: Command): string => pathOf(command).join('-')

const pathOf = (command: Command): string[] =>
  command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()]

/** The manual page of a command, made of what its `--help` is made of. */
export function manualBlocks(command: Command): Block[] {
  return [
    heading('NAME'),
    paragraph(`${pageName(command)} - ${withoutPeriod(command.summary() || command.description())}`),
    heading('SYNOPSIS'),
    paragraph({ bold: pathOf(command).join(' ') }, ...usageSpans(command)),
    heading('DESCRIPTION'),
    paragraph(command.description()),
    ...argumentItems(command),
    ...commandItems(command),
    heading('OPTIONS'),
    ...optionItems(command),
    heading('EXIT STATUS'),
    ...Object.entries(exitMeanings).map(([code, meaning]) => item([{ bold: code }], sentence(meaning))),
    heading('ENVIRONMENT'),
    ...surroundingItems(environmentVariables),
    heading('FILES'),
    ...surroundingItems(ownFiles),
    heading('EXAMPLES'),
    { kind: 'example', lines: examplesOf(command).map((example) => `$ pvt ${example}`) },
    heading('SEE ALSO'),
    paragraph(...seeAlso(command)),
  ]
}

const heading = (text: string): Block => ({ kind: 'heading', text })
const paragraph = (...spans: Spans): Block => ({ kind: 'paragraph', spans })
const item = (term: Spans, ...spans: Spans): Block => ({ kind: 'item', term, spans })

const withoutPeriod = (text: string): string => text.replace(/\.$/, '')
const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`

/** `[options] [job]`: what stands for something is italic. */
function usageSpans(command: Command): Spans {
  return command
    .usage()
    .split(/([<[][^\]>]+[\]>])/)
    .flatMap((part): Spans => {
      const match = /^([<[])(.+)([\]>])$/.exec(part)
      if (match === null) return part.trim() === '' ? [] : [` ${part.trim()}`]
      return [' ', match[1]!, { italic: match[2]! }, match[3]!]
    })
}

function argumentItems(command: Command): Block[] {
  return command
    .createHelp()
    .visibleArguments(command)
    .map((argument) =>
      item([{ italic: argument.name() }], sentenceOf(command.createHelp().argumentDescription(argument))),
    )
}

function commandItems(command: Command): Block[] {
  const listed = command.createHelp().visibleCommands(command)
  const own = listed.filter((one) => command.commands.includes(one))
  if (own.length === 0) return []
  return [
    heading('COMMANDS'),
    ...own.map((one) => item([{ bold: one.name() }], ...reference(one), '. ', sentence(one.summary()))),
  ]
}

function optionItems(command: Command): Block[] {
  const own = command.createHelp().visibleOptions(command)
  const others = optionsAt(command).filter((option) => !own.includes(option))
  const toItems = (options: readonly Option[]): Block[] =>
    options.map((option) =>
      item(flagSpans(option.flags), sentenceOf(command.createHelp().optionDescription(option))),
    )
  return [
    ...toItems(own),
    ...(command.parent === null || others.length === 0
      ? []
      : [{ kind: 'subheading', text: 'Options of all commands' } as const, ...toItems(others)]),
  ]
}

/** An option's text is no sentence, and perhaps several: `a tag; may be repeated`. */
const sentenceOf = (text: string): string =>
  text === '' ? 'See the description.' : /[.!?]$/.test(text) ? upper(text) : `${upper(text)}.`

/** `$PVT_DB`, `prelay or polo` stay as they are. */
const upper = (text: string): string =>
  /^[a-z]+[ ;:]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text

/** `-j, --job <job>`: the names bold, what stands for the value italic. */
function flagSpans(flags: string): Spans {
  return flags.split(/([<[].+[\]>]$|, )/).flatMap((part): Spans => {
    if (part === '') return []
    if (part === ', ') return [part]
    if (/^[<[]/.test(part)) return [part[0]!, { italic: part.slice(1, -1) }, part.at(-1)!]
    return [{ bold: part.trimEnd() }, part.endsWith(' ') ? ' ' : '']
  })
}

function surroundingItems(surroundings: readonly Surrounding[]): Block[] {
  return surroundings.map(({ names, meaning }) =>
    item(
      names.flatMap((name, index): Spans => [...(index === 0 ? [] : [', ']), { bold: name }]),
      ...codeSpans(`${meaning[0]!.toUpperCase()}${meaning.slice(1)}.`),
    ),
  )
}

/** What stands between backticks is bold. */
const codeSpans = (text: string): Spans =>
  text.split('`').flatMap((part, index): Spans => {
    if (index % 2 === 0) return [part]
    return [{ bold: part }]
  })

function reference(command: Command): Spans {
  return [{ bold: pageName(command) }, '(1)']
}

/** The page above and those beside it. */
function seeAlso(command: Command): Spans {
  const { parent } = command
  const related = parent === null ? command.commands : [parent, ...siblings(command, parent)]
  return related
    .filter((one) => one !== command)
    .flatMap((one, index) => [...(index === 0 ? [] : [', ']), ...reference(one)])
}

const siblings = (command: Command, parent: Command): readonly Command[] =>
  // Everything is beside a group; its own commands are nearer.
  command.commands.length > 0 ? command.commands : parent.parent === null ? [] : parent.commands
