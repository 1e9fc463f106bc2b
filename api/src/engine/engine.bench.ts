import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mergePlans, type Needs } from './merge-plans.ts'
import type { PartFile } from './engine.ts'
import type { Aggregates, Group, Measure, Window } from './plan.ts'
import { aggregateParts } from './polars/aggregate.ts'
import { aggregateUnitTable } from './polars/aggregate-unit-table.ts'
import { updateUnitTable } from './polars/update-unit-table.ts'

// What the engine alone takes to answer questions, without queue, statistics and storing: `pnpm bench` runs this file in a
// process of its own. Usage: engine.bench.ts REQUEST.json; prints the answers and what they took.

interface Request {
  parts: PartFile[]
  /** Ids of the variants, the control first. */
  variants: string[]
  window: Window
  questions: { name: string; needs: Needs[]; segments: string[] }[]
  /** How often each question is asked, after once to warm up. */
  runs: number
}

interface Answer {
  name: string
  measures: Measure[]
  pairs: [number, number][]
  /** What each asking took, in milliseconds. */
  unitTableMs: number[]
  eventsMs: number[]
  unitTable: Group[]
  events: Group[]
}

const request = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Request
const workFolder = mkdtempSync(join(tmpdir(), 'fairlift-bench-units-'))
try {
  const { parts, variants, window } = request
  const madeAt = performance.now()
  const table = await updateUnitTable({ window, known: [], added: parts, files: [], workFolder })
  const makingMs = performance.now() - madeAt
  const answers: Answer[] = []
  for (const { name, needs, segments } of request.questions) {
    const plan = mergePlans(needs, { variants, segments, window })
    const fromTable = await timed(() => aggregateUnitTable(plan, table.files, parts))
    const fromEvents = await timed(() => aggregateParts(plan, parts))
    answers.push({
      name,
      measures: plan.measures,
      pairs: plan.pairs,
      unitTableMs: fromTable.ms,
      eventsMs: fromEvents.ms,
      unitTable: fromTable.aggregates.groups,
      events: fromEvents.aggregates.groups,
    })
  }
  const bytes = table.files.reduce((sum, file) => sum + file.bytes, 0)
  const unitTable = { makingMs, bytes, units: table.units, exposedUnits: table.exposedUnits }
  process.stdout.write(JSON.stringify({ unitTable, answers }))
} finally {
  rmSync(workFolder, { recursive: true, force: true })
}

async function timed(aggregate: () => Promise<Aggregates>): Promise<{ ms: number[]; aggregates: Aggregates }> {
  let aggregates = await aggregate()
  const ms: number[] = []
  for (let k = 0; k < request.runs; k++) {
    const started = performance.now()
    aggregates = await aggregate()
    ms.push(performance.now() - started)
  }
  return { ms, aggregates }
}
