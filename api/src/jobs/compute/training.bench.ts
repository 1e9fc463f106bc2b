import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PartFile } from '../../engine/engine.ts'
import type { FeaturePlan } from '../../engine/features/feature-plan.ts'
import type { TrainingCells } from '../../engine/features/make-cells.ts'
import type { Window } from '../../engine/plan.ts'
import { readFeatureCells } from '../../engine/polars/read-feature-cells.ts'
import { updateUnitTable } from '../../engine/polars/update-unit-table.ts'
import { cellOutcome } from '../../models/cell-outcome.ts'
import { fitModel } from '../../models/fit-model.ts'
import { fitOutcome } from '../../models/fit-outcome.ts'
import { DEFAULT_QUESTION } from '../../models/model-question.ts'
import { makeSetup } from '../../models/model-setup.ts'
import { groupPatterns, withoutFold } from '../../models/patterns.ts'

// What a fit takes, without all else that a model card tells: `pnpm bench` runs this file in a process of its own.
// Usage: training.bench.ts REQUEST.json; prints what the steps took and what was found.

interface Request {
  parts: PartFile[]
  /** Ids of the variants, the control first. */
  variants: string[]
  window: Window
  /** Types of the events that make a conversion. */
  conversion: string[]
  attributes: string[]
  folds: number
  /** How often it is done, after once to warm up. */
  runs: number
}

interface Times {
  /** Users into groups, from the unit table and from the events. */
  groupMs: number
  groupEventsMs: number
  fitMs: number
  /** As many fits, each without one fold. */
  foldsMs: number
}

const request = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Request
const { parts, variants, window } = request
const plan: FeaturePlan = {
  variants,
  features: request.attributes.map((attribute) => ({
    name: attribute,
    origin: { kind: 'ATTRIBUTE', attribute },
    binning: { kind: 'AUTO', bins: 5, topLevels: 10, edges: null },
  })),
  target: { numerator: { eventTypes: request.conversion, aggregation: 'any' }, denominator: null },
  worth: null,
  window,
  folds: request.folds,
  holdout: 0,
  seed: 1,
}
const workFolder = mkdtempSync(join(tmpdir(), 'fairlift-bench-units-'))
try {
  const table = await updateUnitTable({ window, known: [], added: parts, files: [], workFolder })
  const times: Times[] = []
  let found = null
  for (let run = 0; run <= request.runs; run++) {
    const [fromEvents, groupEventsMs] = await timed(() => readFeatureCells(plan, parts, null))
    const [grouped, groupMs] = await timed(() => readFeatureCells(plan, parts, table.files))
    if (fromEvents.cells.variant.length !== grouped.cells.variant.length) throw new Error('The groups differ.')
    const { fitMs, foldsMs, ...rest } = fit(grouped)
    found = rest
    if (run > 0) times.push({ groupMs, groupEventsMs, fitMs, foldsMs })
  }
  process.stdout.write(JSON.stringify({ times, ...found }))
} finally {
  rmSync(workFolder, { recursive: true, force: true })
}

/** A model of the variants and features without a penalty, as it is when nothing is asked of it. */
function fit({ cells }: TrainingCells) {
  const started = performance.now()
  const patterns = groupPatterns(cells, cellOutcome(cells), request.folds)
  const setup = makeSetup('LOGISTIC', cells.variants, cells.features, patterns, cells.numbers, [])
  const question = { ...DEFAULT_QUESTION, target: { kind: 'CONVERSION' as const, metric: 'conversion', unit: null } }
  const model = fitModel(setup, question, cells.variants, cells.features)
  if (model.kind === 'notComputable') throw new Error(model.message)
  const fitted = performance.now()
  for (let fold = 0; fold < request.folds; fold++) {
    const { penalty, fit: own } = model
    fitOutcome(setup, withoutFold(patterns, fold), { penalty, start: own.coefficients })
  }
  return {
    fitMs: fitted - started,
    foldsMs: performance.now() - fitted,
    cells: cells.variant.length,
    users: patterns.training.n.reduce((sum, count) => sum + count, 0),
    coefficients: [...model.fit.coefficients],
  }
}

async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const started = performance.now()
  const result = await work()
  return [result, performance.now() - started]
}
