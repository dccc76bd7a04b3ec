import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { FileProblem, Problem } from '../domain/problem.ts'
import { exitCodes } from '../errors.ts'
import { inspectPath } from '../import/inspect.ts'
import { renderFields, renderTable } from '../render/index.ts'
import { type Act, addExamples, fieldColumns, toCell } from './shared.ts'

export function defineInspect(program: Command, act: Act): void {
  const command = program
    .command('inspect')
    .description(
      'Says what a file or folder is and what is read from it, without a database. Exit code 6 when something in it cannot be read.',
    )
    .argument('<path>', 'a measure file, creport.txt, report, config.cfg, simulation log or folder')
    .action(act(runInspect))
  addExamples(command, 'inspect sim_tx.mt0', 'inspect config.cfg --json')
}

export async function runInspect(context: Context, path: string): Promise<void> {
  const { value, fields, table } = await inspectPath(path)
  if (value.problems.some(({ level }) => level === 'error')) context.exitWith(exitCodes.bad_input)
  // Names of measurements are shown as they are, not in capitals.
  const columns = fieldColumns(table.names).map((column) => ({ ...column, title: column.key }))
  await context.print({
    value,
    columns,
    rows: table.rows,
    table: async (style) => {
      const head = await renderFields([...fields.map(toField), ...value.problems.map(problemField)], style)
      return table.rows.length === 0 ? head : `${head}\n${await renderTable(columns, table.rows, style)}`
    },
  })
}

function toField([label, content]: readonly [string, unknown]): [string, string] {
  const text = String(toCell(content) ?? '')
  return [label, text === '' ? '-' : text]
}

/** In a folder it is told of which file. */
function problemField({ level, line, message, ...rest }: Problem | FileProblem): [string, string] {
  const file = 'file' in rest ? `${rest.file}: ` : ''
  return [level, file + (line === null ? message : `line ${line}: ${message}`)]
}
