import { parseArgs } from 'node:util'
import { measureAnswers } from './answers.ts'
import { measureFlow } from './flow.ts'
import { measureOperations, warmUp } from './in-process.ts'
import { measureImports } from './imports.ts'
import { describeMachine, findTools } from './machine.ts'
import { measureParsing } from './parse-throughput.ts'
import { type Report, reportText } from './print.ts'
import { measureRecursive } from './recursive.ts'
import { measureStartup } from './startup.ts'
import { makeWorkshop } from './workshop.ts'

/** `npm run bench [-- <part>…] [--json] [--rounds n]`: how fast the program is, beside others. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '100' } },
})
const parts = ['startup', 'operations', 'parse', 'recursive', 'imports', 'answers', 'flow']
const unknown = positionals.find((name) => !parts.includes(name))
const rounds = Number(values.rounds)

if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`usage: bench [${parts.join(' | ')}] [--json] [--rounds <n>]\n`)
  process.exitCode = 2
} else {
  const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part)
  const tools = findTools()
  const machine = describeMachine(tools)
  const shop = await makeWorkshop(rounds + warmUp)
  try {
    const report: Report = {
      machine,
      startup: wanted('startup') ? await measureStartup(shop, tools, rounds) : null,
      operations: wanted('operations') ? await measureOperations(shop, tools, rounds) : null,
      // A round takes seconds: a tenth of the others' tells as much.
      parse: wanted('parse') ? await measureParsing(shop.folder, tools, Math.ceil(rounds / 10)) : null,
      // Seconds a round: a few of them tell enough.
      recursive: wanted('recursive') ? await measureRecursive(shop, tools, Math.min(rounds, 5)) : null,
      imports: wanted('imports') ? await measureImports(shop, tools, rounds) : null,
      // Forty seconds a round.
      flow: wanted('flow') ? await measureFlow(shop, Math.min(rounds, 3)) : null,
      answers: wanted('answers') ? await measureAnswers(shop, rounds) : null,
    }
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report))
  } finally {
    shop.remove()
  }
}
