import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Column } from '../render/index.ts'
import { findStages, type ToldStage } from '../store/stages.ts'
import { type Act, addExamples, type JobOption, jobOption } from './shared.ts'
import { stageColumns } from './stage-columns.ts'
import { whichJob } from './which-job.ts'

export function defineStageList(group: Command, act: Act): void {
  const command = group
    .command('list')
    .description('Prints the stage timeline of a job: every attempt at every stage.')
    .addOption(jobOption())
    .action(act(runStageList))
  addExamples(command, 'stage list', 'stage list -j @latest --json')
}

export async function runStageList(context: Context, options: JobOption): Promise<void> {
  const { job_id } = await whichJob(context, options.job)
  const stages = await findStages(await context.database(), job_id)
  const columns: Column<ToldStage>[] = [
    { key: 'job_id', value: (row) => row.job_id },
    ...stageColumns,
    { key: 'clock_skew', value: (row) => row.clock_skew },
  ]
  await context.print({
    value: stages,
    columns: context.settings.format === 'table' ? stageColumns : columns,
    rows: stages,
  })
}
