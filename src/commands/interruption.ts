import type { Interruption } from '../context.ts'
import { PvtError } from '../errors.ts'

/** Ends a work at a good place when Ctrl-C or SIGTERM came. @throws `interrupted` or `terminated`, saying what stays. */
export async function stopIfAsked(interruption: Interruption, whatStays: string): Promise<void> {
  const request = await interruption.requested()
  if (request !== null) throw new PvtError(request, `${request}: ${whatStays}`)
}
