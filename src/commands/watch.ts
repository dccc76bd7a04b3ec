import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes, usageError } from '../errors.ts'
import { realFolder } from '../import/folder.ts'
import { findFlowProcess } from '../import/flow-process.ts'
import type { FlowRecord, JobDraft } from '../import/flow-record.ts'
import { comesWithin, Signals } from '../import/flow-signals.ts'
import { FlowFollower } from '../import/follow-flow.ts'
import { FlowObserver, type Sighting } from '../import/observe-flow.ts'
import { findPoints } from '../store/points.ts'
import { isProcessGone, processStart } from '../store/process-identity.ts'
import { findRun } from '../store/runs.ts'
import { FlowRecorder, newRun, writeRecord } from './flow-recorder.ts'
import { tellVerdict } from './flow-verdict.ts'
import { intervalOption, keepMemorySmall, lookAndRecord, LookPace, workAtFullSpeed } from './following.ts'
import { addDraftOptions, draftJob, type DraftOptions } from './job-draft.ts'
import { type NotifyOption, notifyOption } from './notify-option.ts'
import { type Act, addExamples, shortId, withoutWaiting } from './shared.ts'
import { whichJob } from './which-job.ts'

interface Options extends DraftOptions, NotifyOption {
  job?: string
  force?: boolean
  interval?: number
  /** What a spooled change holds: a record of this command or of `pvt run`. */
  draft?: string
}

export function defineWatch(program: Command, act: Act): void {
  const command = addDraftOptions(
    program
      .command('watch')
      .description(
        'Follows the flow in a domain folder as `pvt run` does, without having started it: the newest of script_logging.log while it goes on, else the next one. Ends with the flow: exit code 0 when its files say completed, 7 when they say failed. Ctrl-C ends the watching, not the flow.',
      )
      .argument('[dir]', 'the domain folder (default: this folder)'),
    { domain: false },
  )
    .option('-j, --job <job>', 'the job that the flow belongs to (default: a new one)')
    .option('--force', 'also when the flow of the folder is followed already')
    .addOption(intervalOption())
    .addOption(notifyOption())
    .addOption(new Option('--draft <json>', 'what a spooled change holds').hideHelp())
    .action(act(runWatch))
  withoutWaiting(command)
  addExamples(command, 'watch /proj/gpio/vccn', 'watch . --job 3f2a --interval 30')
}

export async function runWatch(
  context: Context,
  folder: string | undefined,
  options: Options,
): Promise<void> {
  if (options.draft !== undefined)
    return writeRecord(context, JSON.parse(options.draft) as FlowRecord, options.notifyCmd ?? null)
  keepMemorySmall()
  const domain = realFolder(folder ?? context.settings.cwd)
  const signals = new Signals()
  const known = options.job === undefined ? null : await knownJob(context, options.job, domain)
  const subject = known ?? newSubject(draftJob(context, { ...options, domain }))
  const flow = await awaitFlow(context, { domain, subject, signals, options })
  if (flow === null) {
    leave(context, signals)
    return
  }
  const recorder = new FlowRecorder(context, options)
  const { job_id, run_number } = subject
  const run = {
    ...newRun(context, { job_id, run_number, kind: 'watch', command: null, cwd: domain }),
    ...(flow.startedAt === null ? {} : { started_at: flow.startedAt }),
  }
  await recorder.begin(subject.draft, run, options.force !== true)
  const follower = new FlowFollower(run, flow.observer, () => context.now())
  context.inform(`watching ${domain} as job ${shortId(job_id)}`)
  await followToEnd({ follower, recorder, signals, domain, pace: new LookPace(options.interval) })
  follower.update({ ended_at: context.now() })
  workAtFullSpeed()
  await recorder.write(
    follower.end(() =>
      signals.first === null ? { kind: 'judge', backup: follower.backup, how: null } : { kind: 'leave' },
    ),
  )
  if (signals.first !== null) {
    leave(context, signals)
    return
  }
  signals.close()
  const status = await tellVerdict(context, job_id)
  if (status === 'failed') context.exitWith(exitCodes.check_failed)
}

/** The job that a flow belongs to. */
interface Subject {
  job_id: string
  run_number: number
  /** Null for a job that is there. */
  draft: JobDraft | null
  points: JobDraft['points']
  simulator: string | null
}

const newSubject = (draft: JobDraft): Subject => ({
  ...{ job_id: draft.job.job_id, run_number: 1, draft },
  ...{ points: draft.points, simulator: draft.job.simulator },
})

async function knownJob(context: Context, reference: string, domain: string): Promise<Subject> {
  const job = await whichJob(context, reference)
  if (job.domain_path !== domain) {
    throw usageError(
      `job ${shortId(job.job_id)} belongs to ${job.domain_path}, not to ${domain}`,
      'name the folder of the job, or leave --job out for a new one',
    )
  }
  const db = await context.database()
  const points = await findPoints(db, job.job_id)
  const run_number = ((await findRun(db, job.job_id))?.run_number ?? 0) + 1
  await context.closeDatabase()
  return { job_id: job.job_id, run_number, draft: null, points, simulator: job.simulator }
}

interface Flow {
  observer: Pick<FlowObserver, 'look'>
  /** When the flow began, as far as its log tells. */
  startedAt: string | null
}

/**
 * The flow that goes on in the folder, else the next one; null when the user does not want to wait any longer. A job
 * that is named is that of the newest flow, also of one that is over.
 */
async function awaitFlow(
  context: Context,
  {
    domain,
    subject,
    signals,
    options,
  }: { domain: string; subject: Subject; signals: Signals; options: Options },
): Promise<Flow | null> {
  const { points, simulator } = subject
  const about = { domain, points, simulator, now: () => context.now() }
  const latest = new FlowObserver({ ...about, start: 'latest-flow' })
  const seen = latest.look()
  const goesOn = seen.events.length > 0 && seen.events.at(-1)?.kind !== 'flow_end'
  if (goesOn || subject.draft === null) return { observer: replay(seen, latest), startedAt: startOf(seen) }
  const next = new FlowObserver({ ...about, start: 'now' })
  context.inform(`no flow goes on in ${domain}: waiting for the next one`)
  while (signals.first === null) {
    await comesWithin(options.interval ?? 5, signals.asked)
    const sighting = next.look()
    if (sighting.events.length > 0) return { observer: replay(sighting, next), startedAt: startOf(sighting) }
  }
  return null
}

const startOf = ({ events }: Sighting): string | null => events[0]?.at ?? null

/** An observer whose first look was taken already. */
function replay(first: Sighting, observer: FlowObserver): Pick<FlowObserver, 'look'> {
  let waiting: Sighting | null = first
  return {
    look: (final) => {
      if (waiting === null) return observer.look(final)
      const sighting = waiting
      waiting = null
      return final === true ? joined(sighting, observer.look(true)) : sighting
    },
  }
}

const joined = (a: Sighting, b: Sighting): Sighting => ({
  events: [...a.events, ...b.events],
  progress: [...a.progress, ...b.progress],
  attempts: [...a.attempts, ...b.attempts],
  simulationLogs: [...a.simulationLogs, ...b.simulationLogs],
  newBackups: [...a.newBackups, ...b.newBackups],
  problems: [...a.problems, ...b.problems],
})

interface Following {
  follower: FlowFollower
  recorder: FlowRecorder
  signals: Signals
  domain: string
  pace: LookPace
}

/**
 * Looks until the flow says that it is over, the next one begins, or its process is gone; a flow on another host, of
 * which no process is seen, ends by its log alone.
 */
async function followToEnd({ follower, recorder, signals, domain, pace }: Following): Promise<void> {
  const pid = findFlowProcess(domain, follower.run.started_at)
  if (pid !== null) follower.update({ pid, process_start: processStart(pid) })
  for (;;) {
    const isGone = pid !== null && isProcessGone({ pid, process_start: follower.run.process_start })
    const wait = await pace.after(() => lookAndRecord(follower, recorder))
    if (follower.flowEndedAt !== null || isGone || signals.first !== null) return
    await comesWithin(wait, signals.asked)
  }
}

function leave(context: Context, signals: Signals): void {
  signals.close()
  context.exitWith(signals.first === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted)
}
