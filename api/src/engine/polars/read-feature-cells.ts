import type { PartFile } from '../engine.ts'
import { measuredTypes } from '../plan.ts'
import type { FeaturePlan } from '../features/feature-plan.ts'
import { LateAttribute } from '../features/late-attribute.ts'
import { makeCells, type TrainingCells } from '../features/make-cells.ts'
import { Recency } from '../features/recency.ts'
import { type FeatureUnits, UnitColumns, unitPlanOf } from '../features/unit-columns.ts'
import { Scratch } from '../memory.ts'
import { readUnits } from '../unit-files.ts'
import { sumOf, UnitRows } from '../unit-rows.ts'
import type { UnitFile } from '../unit-table.ts'
import { attributesOfNoExposure, readAttributeEvents } from './read-attribute-events.ts'
import { readAhead } from './read-ahead.ts'
import { readEvents, readExposures } from './read-events.ts'
import { commonBitsFor, type UnitRange, unitRanges } from './unit-ranges.ts'
import { expectedUnits, ruleOf } from './units-of-range.ts'

/** Rows that are read at a time: bounds the memory beside the units that are kept. */
const ROWS_PER_RANGE = 4_000_000

/**
 * What training needs, in one pass over the data: of each compared unit its variant, target and features are kept in
 * columns; when all are known, levels and ranges are found and the units grouped.
 *
 * @param unitFiles the unit table for the plan's window, where there is one: it has all but the time of earlier events,
 * and attributes of exposures only
 * @throws FeatureError when a feature cannot be used as asked for, or all together split units too finely
 */
export async function readFeatureCells(
  plan: FeaturePlan,
  parts: PartFile[],
  unitFiles: UnitFile[] | null,
  onProgress: (share: number) => void = () => undefined,
): Promise<TrainingCells> {
  const late = await attributesOfNoExposure(parts, unitPlanOf(plan).segments)
  const needsEvents = late.length > 0 || plan.features.some(({ origin }) => origin.kind === 'RECENCY')
  const columns = new UnitColumns(plan)
  if (unitFiles !== null && !needsEvents) addUnitsOfTable(plan, unitFiles, columns, onProgress)
  else for await (const piece of unitsOfParts(plan, parts, late, onProgress)) columns.add(piece)
  return makeCells(plan, columns)
}

const nothing = new Map<string, never>()

function addUnitsOfTable(
  plan: FeaturePlan,
  files: UnitFile[],
  columns: UnitColumns,
  onProgress: (share: number) => void,
): void {
  const shards = [...Map.groupBy(files, ({ shard }) => shard).values()]
  const { measures, segments } = unitPlanOf(plan)
  const sums = [...new Set(measures.map(sumOf))]
  const wanted = { types: measuredTypes(measures), sums, attributes: segments, units: true }
  for (const [index, own] of shards.entries()) {
    Scratch.during((memory) => {
      const units = readUnits(own, wanted, memory)
      columns.add({ units, halves: units.halves, recency: nothing, lateAttributes: nothing })
    })
    onProgress((index + 1) / shards.length)
  }
}

async function* unitsOfParts(
  plan: FeaturePlan,
  parts: PartFile[],
  late: string[],
  onProgress: (share: number) => void,
): AsyncGenerator<FeatureUnits> {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const ranges = unitRanges(commonBitsFor(rows, ROWS_PER_RANGE))
  for (const [index, range] of ranges.entries()) {
    const tell = (share: number): void => onProgress((index + share) / ranges.length)
    yield await unitsOfRange(plan, parts, range, late, tell)
  }
}

async function unitsOfRange(
  plan: FeaturePlan,
  parts: PartFile[],
  range: UnitRange,
  late: string[],
  onProgress: (share: number) => void,
): Promise<FeatureUnits> {
  const { measures, segments, window } = unitPlanOf(plan)
  const rule = ruleOf(window)
  const attributes = segments.filter((name) => !late.includes(name))
  const units = new UnitRows(rule, attributes, range.commonBits, expectedUnits(parts, range))
  const steps = parts.length * (2 + late.length)
  let done = 0
  for await (const exposures of readAhead(parts, ({ path }) => readExposures(path, rule, attributes, range))) {
    units.addExposures(exposures)
    onProgress(++done / steps)
  }
  const recency = new Map<string, Recency>()
  const types = new Set(measuredTypes(measures))
  for (const { name, origin } of plan.features) {
    if (origin.kind !== 'RECENCY') continue
    recency.set(name, new Recency(origin.eventTypes, units))
    for (const type of origin.eventTypes) types.add(type)
  }
  for await (const events of readAhead(parts, ({ path }) => readEvents(path, [...types], range))) {
    units.addEvents(events, false)
    for (const own of recency.values()) own.add(units, events)
    onProgress(++done / steps)
  }
  const lateAttributes = new Map<string, LateAttribute>()
  for (const name of late) {
    const attribute = new LateAttribute(units)
    lateAttributes.set(name, attribute)
    for await (const events of readAhead(parts, ({ path }) => readAttributeEvents(path, name, range))) {
      if (events !== null) attribute.add(units, events)
      onProgress(++done / steps)
    }
  }
  return {
    units,
    halves: units.index.units,
    recency: new Map([...recency].map(([name, own]) => [name, own.days(units)])),
    lateAttributes: new Map([...lateAttributes].map(([name, own]) => [name, own.column(units)])),
  }
}
