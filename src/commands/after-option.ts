import type { Context } from '../context.ts'
import { type DependencyCondition, dependencyConditions, type NewDependency } from '../domain/dependency.ts'
import { PvtError, usageError } from '../errors.ts'
import { whichJob } from './which-job.ts'

/** A job to wait for as the user names it, and how it must have ended. */
export interface AfterReference {
  reference: string
  condition: DependencyCondition
}

/** `3f2a`, `@latest=any`. @throws usage error, naming the conditions. */
export function parseAfter(texts: readonly string[], origin: string): AfterReference[] {
  return texts.map((text) => {
    const at = text.lastIndexOf('=')
    const reference = at < 0 ? text : text.slice(0, at)
    const named = at < 0 ? 'ok' : text.slice(at + 1)
    const condition = dependencyConditions.find((one) => one === named)
    if (condition === undefined)
      throw usageError(
        `${origin} ${text}: there is no condition '${named}'`,
        `conditions: ${dependencyConditions.join(' ')}`,
      )
    if (reference.trim() === '') throw usageError(`${origin} ${text}: it names no job`, 'for example 3f2a=ok')
    return { reference, condition }
  })
}

/**
 * A reference that tells no job. A full id may be that of a job which another host has yet to deliver; any other text
 * takes the place of an id that no job can have.
 */
export type LostDependency = NewDependency & { why: string }

/**
 * The jobs that are meant, by their ids. A spooled change cannot be asked again: what its references do not tell any
 * more is given as lost, so that the run is recorded, and never takes itself for ready. With best effort so is a full id
 * that nobody knows yet: its job may be in another host's spool.
 *
 * @throws `job_not_found` and `ambiguous_job` for what the user has just typed.
 */
export async function resolveAfter(
  context: Context,
  references: readonly AfterReference[],
  options: { bestEffort?: boolean },
): Promise<{ found: NewDependency[]; lost: LostDependency[] }> {
  const found: NewDependency[] = []
  const lost: LostDependency[] = []
  const isBestEffort = options.bestEffort === true || context.settings.bestEffort
  for (const { reference, condition } of references) {
    try {
      found.push({ after_job_id: (await whichJob(context, reference)).job_id, condition })
    } catch (error) {
      const mayCome = context.delivering !== null || (isBestEffort && fullId.test(reference))
      if (!mayCome || !isUntellable(error)) throw error
      lost.push({ after_job_id: reference.toLowerCase(), condition, why: error.message })
    }
  }
  return { found, lost }
}

const fullId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const isUntellable = (error: unknown): error is PvtError =>
  error instanceof PvtError && (error.code === 'job_not_found' || error.code === 'ambiguous_job')
