import { constants } from 'node:os'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import type { Run } from '../domain/run.ts'
import { codeOf, exitCodes, messageOf, usageError } from '../errors.ts'
import { FlowFollower } from '../import/follow-flow.ts'
import { OutputFile, Passage } from '../import/flow-output.ts'
import { type FlowEnd, type FlowProcess, startFlow } from '../import/flow-process.ts'
import type { FlowEnding, JobDraft } from '../import/flow-record.ts'
import { comesWithin, endFlow, Signals } from '../import/flow-signals.ts'
import { FlowObserver } from '../import/observe-flow.ts'
import { FlowRecorder, newRun } from './flow-recorder.ts'
import { tellVerdict } from './flow-verdict.ts'
import { intervalOption, keepMemorySmall, lookAndRecord, LookPace, workAtFullSpeed } from './following.ts'
import { addDraftOptions, draftJob, type DraftOptions } from './job-draft.ts'
import { type NotifyOption, notifyOption } from './notify-option.ts'
import { type Act, addExamples, seconds, withoutWaiting } from './shared.ts'

interface Options extends DraftOptions, NotifyOption {
  force?: boolean
  grace: number
  interval?: number
}

export function defineRun(program: Command, act: Act): void {
  const command = addDraftOptions(
    program
      .command('run')
      .description(
        'Makes a job, runs the command and follows it: its stages from script_logging.log, its points from the folders. At the end the new backup is imported, and the files say whether the job is completed or failed, whatever the exit code. The exit code is that of the command. A database that is away holds nothing up: what is to be recorded is spooled.',
      )
      .argument('<command...>', 'the command with its arguments, after --'),
  )
    .option('--force', 'also when another flow runs in the domain folder')
    .addOption(
      new Option('--grace <seconds>', 'after a signal, how long the flow may take to end before it is killed')
        .default(10)
        .argParser(seconds(0)),
    )
    .addOption(intervalOption())
    .addOption(notifyOption())
    .action(act(runRun))
  withoutWaiting(command)
  addExamples(command, 'run -- sh runme.sh', 'run -c config.cfg --tag signoff -- ./runme.sh run_only_all')
}

export async function runRun(context: Context, words: readonly string[], options: Options): Promise<void> {
  const { settings } = context
  keepMemorySmall()
  if (words[0] === '') throw usageError('the command is empty', 'for example: pvt run -- sh runme.sh')
  const draft = draftJob(context, options)
  const { job_id } = draft.job
  const recorder = new FlowRecorder(context, options)
  const outputs = openOutputs(context, job_id)
  const about = { job_id, run_number: 1, kind: 'run' as const, command: [...words], cwd: settings.cwd }
  const run: Run = {
    ...newRun(context, about),
    output_path: outputs?.[0].path ?? null,
    errors_path: outputs?.[1].path ?? null,
  }
  const observer = observerOf(draft, context)
  try {
    await recorder.begin(draft, run, options.force !== true)
  } catch (error) {
    for (const file of outputs ?? []) file.discard()
    throw error
  }
  const signals = new Signals()
  const flow = startFlow(words, {
    cwd: settings.cwd,
    env: { ...process.env, PVT_JOB: job_id, PVT_DB: databaseOf(context) },
    mark: `PVT_JOB=${job_id}`,
    stdio: outputs === null ? 'inherit' : ['inherit', outputs[0].descriptor, outputs[1].descriptor],
  })
  const passages = outputs?.map((file, index) => new Passage(file, index === 0 ? 1 : 2)) ?? []
  const follower = new FlowFollower(run, observer, () => context.now())
  follower.update({ pid: flow.pid, process_start: flow.process_start })
  const end = await followToEnd({ flow, follower, recorder, signals, options })
  for (const passage of passages) await passage.end()
  workAtFullSpeed()
  follower.update({ ...factsOf(outputs), ...endOf(end), ended_at: context.now() })
  const asked = signals.first
  const ending = (): FlowEnding =>
    asked === null
      ? { kind: 'judge', backup: follower.backup, how: howOf(end, words[0]!) }
      : { kind: 'cancel', reason: `ended by ${asked}` }
  await recorder.write(follower.end(ending))
  signals.close()
  for (const file of outputs ?? []) file.close()
  try {
    await tellVerdict(context, job_id)
  } catch (error) {
    recorder.tell(messageOf(error))
  }
  // The command's own, whatever became of recording it.
  context.exitWith(asked === null ? exitCodeOf(end) : 128 + constants.signals[asked])
}

const observerOf = (draft: JobDraft, context: Context): FlowObserver =>
  new FlowObserver({
    domain: draft.job.domain_path,
    points: draft.points,
    simulator: draft.job.simulator,
    start: 'now',
    now: () => context.now(),
  })

interface Following {
  flow: FlowProcess
  follower: FlowFollower
  recorder: FlowRecorder
  signals: Signals
  options: Pick<Options, 'grace' | 'interval'>
}

/** Looks at the flow's files until it ends, by itself or because the user wants it. */
async function followToEnd({ flow, follower, recorder, signals, options }: Following): Promise<FlowEnd> {
  const pace = new LookPace(options.interval)
  // The first look comes early: it tells the process, and short stages pass quickly.
  let wait = Math.min(1, pace.seconds)
  while (!(await comesWithin(wait, flow.ended, signals.asked))) {
    wait = await pace.after(() => lookAndRecord(follower, recorder))
  }
  if (signals.first !== null) await endFlow(flow, signals, options.grace)
  return flow.ended
}

/** Null, with a warning, where they cannot be kept: then the flow writes to where pvt does. */
function openOutputs(context: Context, jobId: string): [OutputFile, OutputFile] | null {
  const path = (ending: string): string => join(context.settings.outputs, `${jobId}.${ending}`)
  try {
    return [new OutputFile(path('out')), new OutputFile(path('err'))]
  } catch (error) {
    const why = codeOf(error) ?? messageOf(error)
    context.warn(`the output cannot be kept in ${context.settings.outputs} (${why})`)
    return null
  }
}

function factsOf(outputs: [OutputFile, OutputFile] | null): Partial<Run> {
  if (outputs === null) return {}
  const [output, errors] = outputs.map((file) => file.facts()) as [
    ReturnType<OutputFile['facts']>,
    ReturnType<OutputFile['facts']>,
  ]
  return {
    ...{ output_bytes: output.bytes, output_head: output.head, output_tail: output.tail },
    ...{ errors_bytes: errors.bytes, errors_head: errors.head, errors_tail: errors.tail },
  }
}

const endOf = ({ exit_code, signal, unstartable }: FlowEnd): Partial<Run> => ({
  exit_code: unstartable === null ? exit_code : exitCodeOf({ exit_code, signal, unstartable }),
  signal,
})

/** As a shell gives it: 127 and 126 for a command that cannot be started, 128 and the signal's number for one killed. */
function exitCodeOf({ exit_code, signal, unstartable }: FlowEnd): number {
  if (unstartable !== null) return unstartable === 'ENOENT' ? 127 : 126
  if (signal !== null) return 128 + constants.signals[signal]
  return exit_code ?? exitCodes.internal_error
}

/** What is strange about the end of a command; null for exit code 0. */
function howOf({ exit_code, signal, unstartable }: FlowEnd, command: string): string | null {
  if (unstartable === 'ENOENT') {
    const hint = existsSync(command) ? `: name it with its folder, ./${command}` : ''
    return `there is no command ${command}${hint}`
  }
  if (unstartable !== null) return `${command} cannot be started (${unstartable})`
  if (signal !== null) return `ended by ${signal}`
  return exit_code === 0 ? null : `exit code ${exit_code}`
}

/** What a pvt in the flow's scripts is to use: the same database, also when it was given by --db. */
function databaseOf({ settings }: Context): string {
  const { database } = settings
  return database.engine === 'postgres' ? database.url : resolve(settings.cwd, database.path)
}
