import { spawn, type StdioOptions } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { codeOf } from '../errors.ts'
import { processStart } from '../store/process-identity.ts'

/** How a flow's command ended. */
export interface FlowEnd {
  exit_code: number | null
  /** The signal that ended it, `SIGKILL`; null when none did. */
  signal: NodeJS.Signals | null
  /** Why it could not be started (`ENOENT`, `EACCES` …); null when it ran. */
  unstartable: string | null
}

export interface StartOptions {
  cwd: string
  env: NodeJS.ProcessEnv
  stdio: StdioOptions
  /** What the environment of everything that the flow starts holds, `PVT_JOB=…`: by it strays are found. */
  mark: string
}

/** A flow that pvt started: leader of a session and a process group of its own. */
export interface FlowProcess {
  /** Null when it could not be started. */
  pid: number | null
  process_start: string | null
  ended: Promise<FlowEnd>
  /** Sends a signal to everything that belongs to the flow. */
  send: (signal: NodeJS.Signals) => void
  /** Whether anything of the flow is left. */
  isAnyLeft: () => boolean
}

/**
 * Starts a command in a session of its own, so that a signal reaches all of it and a Ctrl-C of the terminal comes to
 * pvt alone.
 */
export function startFlow(command: readonly string[], { mark, ...options }: StartOptions): FlowProcess {
  const child = spawn(command[0]!, command.slice(1), { ...options, detached: true })
  const pid = child.pid ?? null
  const ended = new Promise<FlowEnd>((resolve) => {
    child.once('error', (error) => {
      resolve({ exit_code: null, signal: null, unstartable: codeOf(error) ?? error.message })
    })
    child.once('exit', (exit_code, signal) => {
      resolve({ exit_code, signal, unstartable: null })
    })
  })
  return {
    pid,
    process_start: pid === null ? null : processStart(pid),
    ended,
    send: (signal) => {
      if (pid === null) return
      sendTo(-pid, signal)
      for (const member of membersOf(pid, mark)) if (member !== pid) sendTo(member, signal)
    },
    isAnyLeft: () => pid !== null && membersOf(pid, mark).length > 0,
  }
}

/** A process may end before its signal, or have become another user's. */
function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error
  }
}

/**
 * The processes of a flow that are there: of its group or session, below one of them, or with its mark in the
 * environment (what left the session on its way). Where there is no /proc, the leader alone is known.
 */
function membersOf(leader: number, mark: string): number[] {
  const processes = listProcesses()
  const members = new Set(
    processes
      .filter(({ pid, group, session }) => pid === leader || group === leader || session === leader)
      .map(({ pid }) => pid),
  )
  for (const { pid } of processes) if (!members.has(pid) && hasMark(pid, mark)) members.add(pid)
  for (let grew = true; grew;) {
    const before = members.size
    for (const { pid, parent } of processes) if (members.has(parent)) members.add(pid)
    grew = members.size > before
  }
  members.delete(process.pid)
  return [...members]
}

interface ProcessRow {
  pid: number
  parent: number
  group: number
  session: number
}

/** All processes that have not ended, from /proc/<pid>/stat (man 5 proc). */
function listProcesses(): ProcessRow[] {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return []
  }
  return names.flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // The name, in brackets, may hold anything.
      const [state, parent, group, session] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ', 4)
      if (state === 'Z' || state === 'X') return []
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), session: Number(session) }]
    } catch {
      // It ended while we looked.
      return []
    }
  })
}

/**
 * The process of a flow that somebody else started in a domain folder of this host at about `startedAt` (ISO 8601
 * UTC): the oldest one that stands in the folder and has not been there before. Null when there is none to be seen;
 * then the flow may run on another host.
 */
export function findFlowProcess(domain: string, startedAt: string): number | null {
  // The flow logs its start to the minute.
  const earliest = Date.parse(startedAt) - 61_000
  const candidates = listProcesses()
    .filter(({ pid }) => pid !== process.pid && pid !== process.ppid && standsIn(pid, domain))
    .flatMap(({ pid }) => ({ pid, since: startTime(pid) ?? 0 }))
    .filter(({ since }) => since >= earliest)
    .sort((a, b) => a.since - b.since || a.pid - b.pid)
  return candidates[0]?.pid ?? null
}

function standsIn(pid: number, folder: string): boolean {
  try {
    const cwd = readlinkSync(`/proc/${pid}/cwd`)
    return cwd === folder || cwd.startsWith(`${folder}/`)
  } catch {
    return false
  }
}

/** Milliseconds since 1970: the boot's time and the start in ticks of 10 ms after it (man 5 proc). */
function startTime(pid: number): number | null {
  const ticks = Number(processStart(pid)?.split(':').at(-1))
  try {
    const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1])
    return Number.isFinite(ticks + boot) ? boot * 1000 + ticks * 10 : null
  } catch {
    return null
  }
}

/** The environment of another user's process cannot be read: it is none of ours. */
function hasMark(pid: number, mark: string): boolean {
  if (pid === process.pid) return false
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)
  } catch {
    return false
  }
}
