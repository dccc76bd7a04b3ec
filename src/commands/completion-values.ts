import { basename } from 'node:path'
import { type Argument, Command, type Option } from 'commander'
import { configurationKeys } from '../domain/configuration.ts'
import { jobStatuses } from '../domain/job.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import { stageNames, stageTitles } from '../domain/stage.ts'
import { PvtError } from '../errors.ts'
import { localTime } from '../render/index.ts'
import { formats } from '../settings.ts'
import {
  findDomains,
  findMeasurementNames,
  findNamedJobs,
  findNewestJobWithResults,
  findStoredPoints,
  findTags,
  findUsers,
  type NamedJob,
} from '../store/known-values.ts'
import { findPoints } from '../store/points.ts'
import { isOption, type Position, visibleCommands } from './completion-position.ts'
import { shortId } from './shared.ts'
import { type DatabaseContext, toUuidPrefix, whichJob } from './which-job.ts'

/** A word that may stand at the cursor, and what the shells that show it say of it. */
export interface Candidate {
  value: string
  description: string
}

/** What a value is of; `text` is anything, which nobody can complete. */
export type ValueKind = keyof typeof sources | 'file' | 'folder' | 'text'

/**
 * What an option's value or an argument is, told by the name that stands for it in the help (`<job>`, `[folder]`) and,
 * where that says little (`<glob>`), by the option's own. Null for a name that is not known here: a test keeps the
 * commands to known ones.
 */
export function valueKind(value: Option | Argument): ValueKind | null {
  if (value.argChoices !== undefined) return 'choice'
  const name = placeholder(value)
  const known = kindsByPlaceholder.find(([pattern]) => pattern.test(name))?.[1] ?? null
  if (known !== null && known !== 'text') return known
  const own = isOption(value) ? value.attributeName() : name
  return kindsByName[own] ?? known
}

const placeholder = (value: Option | Argument): string =>
  isOption(value) ? (/[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(value.flags)?.[1] ?? '') : value.name()

const kindsByPlaceholder: readonly [RegExp, ValueKind][] = [
  [/^job\b/, 'job'],
  [/^(base|new)$|^other\b/, 'job'],
  [/^(dir|folder|domain dir)$/, 'folder'],
  [/^(file|path)\b|\.(cfg|csv|html|db)$/, 'file'],
  [/^stages?$/, 'stage'],
  [/^(new-)?status$/, 'status'],
  [/^measurements?$/, 'measurement'],
  [/^d$/, 'domain'],
  [/^tag$/, 'tag'],
  [/^command$/, 'command'],
  [/^key=value$/, 'configuration'],
  [/^column\b/, 'column'],
  // Anything at all, unless the option's own name says what.
  [
    /^(text|message|n|x|t|age|time|seconds|duration|size|percent|list|name|glob|combo|mode|format|level|tolerance|zone|part|import|version|date|waiver|duration|uuid|json|change|shell command)$/,
    'text',
  ],
]

/** By the option's attribute. */
const kindsByName: Readonly<Record<string, ValueKind>> = {
  user: 'user',
  tag: 'tag',
  measure: 'measurement',
  point: 'point',
  corner: 'corner',
  extraction: 'extraction',
  temperature: 'temperature',
  voltage: 'voltage_combo',
  mode: 'mode',
  format: 'format',
  stages: 'stages',
}

export interface Question extends DatabaseContext {
  position: Position
  value: Option | Argument
}

const plain = (values: readonly string[], description = ''): Candidate[] =>
  values.map((value) => ({ value, description }))

/** Where the candidates of a kind come from: the program itself, or the database. */
const sources = {
  choice: ({ value }: Question) => plain(value.argChoices ?? []),
  command: ({ position }: Question) =>
    commandCandidates(
      position.given.reduce<Command>(
        (group, name) => group.commands.find((command) => command.name() === name) ?? new Command(),
        position.program,
      ),
    ),
  stage: () => stageNames.map((value) => ({ value, description: stageTitles[value] })),
  /** The last of a list with commas; what was listed before stays in front of it. */
  stages: ({ position: { typed } }: Question) => {
    const before = typed.slice(0, typed.lastIndexOf(',') + 1)
    const listed = before.split(',')
    return stageNames
      .filter((name) => !listed.includes(name))
      .map((name) => ({ value: before + name, description: stageTitles[name] }))
  },
  status: () => plain(jobStatuses),
  mode: () => plain(valuesOf('mode')),
  format: ({ position }: Question) =>
    plain(position.command.name() === 'missing' ? [...formats, 'rerun'] : formats),
  configuration: ({ position: { typed } }: Question) => {
    const key = typed.split('=')[0]!
    return typed.includes('=')
      ? plain(valuesOf(key).map((value) => `${key}=${value}`))
      : configurationKeys.map((entry) => ({ value: `${entry.key}=`, description: '' }))
  },
  job: jobCandidates,
  user: async (question: Question) => plain(await findUsers(await question.database())),
  tag: async (question: Question) => plain(await findTags(await question.database())),
  domain: async (question: Question) =>
    (await findDomains(await question.database())).map((path) =>
      // A path is completed once it is typed as one.
      question.position.typed.startsWith('/')
        ? { value: path, description: '' }
        : { value: basename(path), description: path },
    ),
  measurement: async (question: Question) => plain(await measurementsOf(question)),
  column: async (question: Question) => [
    ...plain(await measurementsOf(question)),
    ...plain(['point', 'corner', 'extraction', 'temperature_c', 'voltage_combo', 'status', 'source']),
  ],
  point: async (question: Question) => plain((await pointsOf(question)).map(pointName)),
  corner: (question: Question) => partsOf(question, 'corner'),
  extraction: (question: Question) => partsOf(question, 'extraction'),
  temperature: (question: Question) => partsOf(question, 'temperature'),
  voltage_combo: (question: Question) => partsOf(question, 'voltage_combo'),
} as const satisfies Record<string, (question: Question) => Candidate[] | Promise<Candidate[]>>

const valuesOf = (key: string): readonly string[] =>
  configurationKeys.find((entry) => entry.key === key)?.values ?? []

/** The candidates for a value; none for what only the shell can complete (files) or nobody (text). */
export async function valueCandidates(kind: ValueKind | null, question: Question): Promise<Candidate[]> {
  if (kind === null || kind === 'file' || kind === 'folder' || kind === 'text') return []
  return sources[kind](question)
}

export const commandCandidates = (group: Command): Candidate[] =>
  visibleCommands(group).map((command) => ({ value: command.name(), description: command.summary() }))

/** More than a terminal shows at once helps nobody; a few characters of the id find the others. */
const mostJobs = 100

async function jobCandidates(question: Question): Promise<Candidate[]> {
  const { typed } = question.position
  const words = [
    { value: '@latest', description: 'your newest job' },
    { value: '.', description: 'the newest job of this folder or one above it' },
  ].filter(({ value }) => value.startsWith(typed))
  const digits = typed.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{0,32}$/.test(digits)) return words
  const find = async (): Promise<NamedJob[]> =>
    findNamedJobs(await question.database(), toUuidPrefix(digits), mostJobs)
  // Without a database there are still the other two.
  const jobs = await find().catch(() => [])
  return [
    ...jobs.map(({ job_id, name, status, created_at }) => ({
      value: typed.length > 8 ? job_id : shortId(job_id),
      description: `${name}, ${status}, ${localTime(created_at)}`,
    })),
    ...words,
  ]
}

/** The id of the job that the line is about: named on it, else the default one, else the newest with results. */
async function jobOf(question: Question): Promise<string | null> {
  const { position } = question
  const argument = position.command.registeredArguments.findIndex((one) => valueKind(one) === 'job')
  const named = position.values.get('job') ?? position.given[argument]
  try {
    return (await whichJob(question, named)).job_id
  } catch (error) {
    if (named !== undefined || !(error instanceof PvtError) || error.code !== 'job_not_given') throw error
    return findNewestJobWithResults(await question.database())
  }
}

async function measurementsOf(question: Question): Promise<string[]> {
  const job = await jobOf(question)
  return job === null ? [] : findMeasurementNames(await question.database(), job)
}

async function pointsOf(question: Question): Promise<PvtPoint[]> {
  const job = await jobOf(question)
  if (job === null) return []
  const db = await question.database()
  const expected = await findPoints(db, job)
  return expected.length > 0 ? expected : findStoredPoints(db, job)
}

async function partsOf(
  question: Question,
  part: 'corner' | 'extraction' | 'temperature' | 'voltage_combo',
): Promise<Candidate[]> {
  return plain([...new Set((await pointsOf(question)).map((point) => point[part]))])
}
