import { expect } from 'vitest'
import { PvtError } from '../../src/errors.ts'

/** The error that `work` must fail with: one of ours, a message of one line, and a hint. */
export async function failure(work: Promise<unknown>): Promise<PvtError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(PvtError)
  const failed = error as PvtError
  expect(failed.message).not.toMatch(/\n/)
  expect(failed.hint).toMatch(/\w/)
  return failed
}
