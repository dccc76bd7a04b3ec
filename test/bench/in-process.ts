import { performance } from 'node:perf_hooks'
import { openDatabase } from '../../src/store/open-database.ts'
import type { Database } from '../../src/store/database.ts'
import { type Contestant, interleave, ratio, spread, type Spread } from './interleave.ts'
import type { Tools } from './machine.ts'
import { makeOperations, type Operation } from './operations.ts'
import { recordingDatabase, type Statement } from './record.ts'
import { type Replayer, startReplayer } from './replay.ts'
import type { Workshop } from './workshop.ts'

/**
 * An operation inside one process on SQLite (WAL, synchronous=full), milliseconds from the call of the store to its
 * answer. Beside it, Python's sqlite3 running the very same statements with the same pragmas: `python` from ready-made
 * parameters and rows left as tuples, `whole` with JSON columns and rows to and from Python's own values, as `ours` has.
 */
export interface OperationFigure extends Spread {
  name: string
  limit: number | null
  earlier: number | null
  statements: number
  python: Spread | null
  toPython: number | null
  whole: Spread | null
  toWhole: number | null
}

export interface OperationsReport {
  rounds: number
  figures: OperationFigure[]
}

/** Enough for V8 to have compiled what is hot. */
export const warmUp = 30

export async function measureOperations(
  shop: Workshop,
  { python }: Tools,
  rounds: number,
): Promise<OperationsReport> {
  const operations = await makeOperations(shop)
  const recorded = await record(operations, shop.copyDatabase('recorded.db'), warmUp + rounds)
  const db = await openDatabase({ engine: 'sqlite', path: shop.copyDatabase('ours.db') })
  const replayers =
    python === null
      ? []
      : (['bare', 'whole'] as const).map((manner) =>
          startReplayer(python, shop.copyDatabase(`${manner}.db`), manner),
        )
  try {
    const figures: OperationFigure[] = []
    for (const [index, operation] of operations.entries()) {
      figures.push(await measure(operation, recorded[index]!, { db, replayers, rounds }))
    }
    return { rounds, figures }
  } finally {
    for (const replayer of replayers) replayer.close()
    await db.close()
  }
}

/** The statements of every operation and round, of a run on a database of their own. */
async function record(
  operations: readonly Operation[],
  path: string,
  rounds: number,
): Promise<Statement[][][]> {
  const { database, take } = recordingDatabase(await openDatabase({ engine: 'sqlite', path }))
  const recorded: Statement[][][] = []
  for (const operation of operations) {
    const byRound: Statement[][] = []
    for (let round = 0; round < rounds; round += 1) {
      await runOften(operation, database, round)
      byRound.push(take())
    }
    recorded.push(byRound)
  }
  await database.close()
  return recorded
}

interface Ring {
  db: Database
  /** None without Python. */
  replayers: readonly Replayer[]
  rounds: number
}

async function measure(
  operation: Operation,
  recorded: readonly Statement[][],
  { db, replayers, rounds }: Ring,
): Promise<OperationFigure> {
  const ours: Contestant = { name: 'ours', run: (round) => timed(() => runOften(operation, db, round)) }
  const theirs = replayers.map((replayer): Contestant => ({
    name: 'python',
    run: (round) => replayer.run(recorded[round]!),
  }))
  const { calls = 1 } = operation
  const perCall = (times: readonly number[]): Spread => spread(times.map((time) => time / calls))
  const [own, bare, whole] = await interleave([ours, ...theirs], rounds, warmUp, 10)
  return {
    name: operation.name,
    ...perCall(own!.times),
    limit: operation.limit,
    earlier: operation.earlier,
    statements: recorded[0]!.length / calls,
    python: bare === undefined ? null : perCall(bare.times),
    toPython: bare === undefined ? null : ratio(own!, bare),
    whole: whole === undefined ? null : perCall(whole.times),
    toWhole: whole === undefined ? null : ratio(own!, whole),
  }
}

async function runOften({ run, calls = 1 }: Operation, db: Database, round: number): Promise<void> {
  for (let call = 0; call < calls; call += 1) await run(db, round)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
