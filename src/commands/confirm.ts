import type { Context } from '../context.ts'
import { PvtError } from '../errors.ts'

/**
 * Goes on only when the user agrees: asks on a terminal, takes `--yes` everywhere. A script that did not say so is
 * refused, because what follows cannot be taken back.
 *
 * @throws `not_confirmed`
 */
export async function confirmOrRefuse(
  context: Context,
  question: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes === true) return
  if (!context.canAsk) {
    throw new PvtError('not_confirmed', 'not confirmed: there is no terminal to ask on', 'add --yes')
  }
  if (!(await context.confirm(question)))
    throw new PvtError('not_confirmed', 'not confirmed', 'nothing was changed')
}
