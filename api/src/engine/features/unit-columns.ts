import { Block } from '../block.ts'
import { Scratch } from '../memory.ts'
import type { AggregationPlan, Measure } from '../plan.ts'
import { dayOf, LAST_DAY } from '../unit-counts.ts'
import type { SummedUnits } from '../unit-rows.ts'
import type { FeaturePlan } from './feature-plan.ts'
import { type NumberValues, TextColumn, type TextValues } from './feature-values.ts'
import { GrowingColumn } from './growing-column.ts'
import { hashOfUnit } from './unit-fold.ts'

/** Units, with what of features their events alone do not say once they are summed up. */
export interface FeatureUnits {
  units: SummedUnits
  /** The units by row: low half, high half. */
  halves: Int32Array
  /** Days since the last event, by name of the feature and row; NaN where there was none. */
  recency: ReadonlyMap<string, Float64Array>
  /** Attributes that no exposure has, from other events, by name of the attribute. */
  lateAttributes: ReadonlyMap<string, LateColumn>
}

/** An attribute by row: codes of texts, -1 for none, and whether the value was recorded after the exposure. */
export interface LateColumn {
  codes: Int32Array
  texts: readonly string[]
  isAfterExposure: Uint8Array
}

const BLOCK_ROWS = 4096

/** The plan by which units are read: its measures are the target, the denominator, the worth, then history. */
export function unitPlanOf({ variants, features, target, worth, window }: FeaturePlan): AggregationPlan {
  const history = features.flatMap(({ origin }): Measure[] => {
    if (origin.kind === 'FREQUENCY') return [{ eventTypes: origin.eventTypes, aggregation: 'count', before: true }]
    return origin.kind === 'SPEND' ? [{ eventTypes: origin.eventTypes, aggregation: 'sum', before: true }] : []
  })
  const attributes = features.flatMap(({ origin }) => (origin.kind === 'ATTRIBUTE' ? [origin.attribute] : []))
  return {
    variants,
    measures: [target.numerator, target.denominator, worth].filter((measure) => measure !== null).concat(history),
    pairs: [],
    cells: [],
    segments: [...new Set(attributes)],
    window,
  }
}

/** What training needs of the compared units, one row a unit, gathered in any number of pieces. */
export class UnitColumns {
  readonly variants = new GrowingColumn(Uint8Array)
  /** What deals units to holdout and folds. */
  readonly hashes = new GrowingColumn(Uint32Array)
  readonly target = new GrowingColumn(Float64Array)
  readonly denominator: GrowingColumn<Float64Array> | null
  readonly worth: GrowingColumn<Float64Array> | null
  readonly #plan: FeaturePlan
  readonly #unitPlan: AggregationPlan
  readonly #features: (TextColumn | GrowingColumn<Float64Array>)[]
  readonly #isAfter: boolean[]
  /** First exposures by day since 1970. */
  readonly #visitors = new Float64Array(LAST_DAY)

  constructor(plan: FeaturePlan) {
    this.#plan = plan
    this.#unitPlan = unitPlanOf(plan)
    this.denominator = plan.target.denominator === null ? null : new GrowingColumn(Float64Array)
    this.worth = plan.worth === null ? null : new GrowingColumn(Float64Array)
    this.#features = plan.features.map(({ origin }) =>
      origin.kind === 'ATTRIBUTE' ? new TextColumn() : new GrowingColumn(Float64Array),
    )
    this.#isAfter = plan.features.map(() => false)
  }

  /** A feature's values by unit. */
  valuesOf(feature: number): NumberValues | TextValues {
    const column = this.#features[feature]!
    return column instanceof TextColumn ? column.values : { kind: 'NUMBERS', values: column.values }
  }

  /** First exposures by day since 1970, of days with some. */
  get visitors(): ReadonlyMap<number, number> {
    return new Map([...this.#visitors.entries()].filter(([, count]) => count > 0))
  }

  /** Whether some values of a feature were recorded after the exposure. */
  isRecordedAfterExposure(feature: number): boolean {
    return this.#isAfter[feature]!
  }

  add(piece: FeatureUnits): void {
    Scratch.during((memory) => this.#addInBlocks(piece, memory))
  }

  #addInBlocks(piece: FeatureUnits, memory: Scratch): void {
    const { units, halves } = piece
    const block = new Block(this.#unitPlan, units, BLOCK_ROWS, memory)
    for (let from = 0; from < units.size; from += BLOCK_ROWS) {
      block.read(from, Math.min(units.size, from + BLOCK_ROWS))
      this.#addKeys(block, halves, units)
      const columns = [...block.columns]
      append(this.target, columns.shift()!, block.length)
      if (this.denominator !== null) append(this.denominator, columns.shift()!, block.length)
      if (this.worth !== null) append(this.worth, columns.shift()!, block.length)
      this.#addFeatures(piece, block, columns)
    }
  }

  #addKeys({ rows, variants, length }: Block, halves: Int32Array, { firstExposure }: SummedUnits): void {
    const { seed } = this.#plan
    const own = this.variants.extend(length)
    own.values.set(variants.subarray(0, length), own.from)
    const { values, from } = this.hashes.extend(length)
    for (let i = 0; i < length; i++) {
      const row = rows[i]!
      values[from + i] = hashOfUnit(halves[row * 2]!, halves[row * 2 + 1]!, seed)
      this.#visitors[dayOf(firstExposure[row]!)]!++
    }
  }

  /** @param history columns of the measures of history, in the features' order */
  #addFeatures(
    { units, recency, lateAttributes }: FeatureUnits,
    { rows, length }: Block,
    history: Float64Array[],
  ): void {
    this.#plan.features.forEach(({ name, origin }, feature) => {
      const column = this.#features[feature]!
      if (!(column instanceof TextColumn)) {
        const own = origin.kind === 'RECENCY' ? picked(recency.get(name)!, rows, length) : history.shift()!
        return append(column, own, length)
      }
      const { attribute } = origin as { attribute: string }
      const late = lateAttributes.get(attribute)
      const known = units.attributes.get(attribute)
      const codes = new Int32Array(length).fill(-1)
      const source = late?.codes ?? known?.codes
      for (let i = 0; source !== undefined && i < length; i++) codes[i] = source[rows[i]!]!
      column.add(codes, late?.texts ?? known?.dictionary.values ?? [])
      for (let i = 0; late !== undefined && i < length; i++)
        if (late.isAfterExposure[rows[i]!] === 1) this.#isAfter[feature] = true
    })
  }
}

function append(column: GrowingColumn<Float64Array>, source: Float64Array, length: number): void {
  const { values, from } = column.extend(length)
  values.set(source.subarray(0, length), from)
}

function picked(source: Float64Array, rows: Int32Array, length: number): Float64Array {
  const values = new Float64Array(length)
  for (let i = 0; i < length; i++) values[i] = source[rows[i]!]!
  return values
}
