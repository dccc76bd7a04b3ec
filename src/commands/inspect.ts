import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../errors.ts'
import { inspectPath } from '../import/inspect.ts'
import { renderFields, renderTable } from '../render/index.ts'
import { type Act, addExamples, fieldColumns, toCell } from './shared.ts'

export function defineInspect(program: Command, act: Act): void {
  const command = program
    .command('inspect')
    .summary('what a file or folder of the flow is, and what is read from it')
    .description(
      'Says what a file or folder is and what is read from it, without a database. Exit code 6 when something in it cannot be read.',
    )
    .argument('<path>', 'a measure file, creport.txt, report, config.cfg, simulation log or folder')
    .action(act(runInspect))
  addExamples(command, 'inspect sim_tx.mt0', 'inspect config.cfg --json')
}

export async function runInspect(context: Context, path: string): Promise<void> {
  const inspection = inspectPath(path)
  const { value, table } = inspection
  if (inspection.value.problems.some(({ level }) => level === 'error')) context.exitWith(exitCodes.bad_input)
  const { problems } = value
  const fields = inspection.fields.map(([label, text]): [string, string] => [
    label,
    String(toCell(text) ?? '-'),
  ])
  await context.print({
    value,
    columns: fieldColumns(table.names),
    rows: table.rows,
    table: async (style) => {
      const shown = [
        ...fields,
        ...problems.map(({ level, line, message }): [string, string] => [
          level,
          line === null ? message : `line ${line}: ${message}`,
        ]),
      ]
      const body =
        table.rows.length === 0
          ? ''
          : `\n${await renderTable(
              fieldColumns(table.names).map((column) => ({ ...column, title: column.key })),
              table.rows,
              style,
            )}`
      return (await renderFields(shown, style)) + body
    },
  })
}
