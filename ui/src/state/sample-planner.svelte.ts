import { FairliftError, type Metric, type PlanSampleInput, type SamplePlan } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

/** Typing asks when it pauses. */
const PAUSE_MS = 250

/** What is to be found, and what is known of the metric: answered by how many users that takes. */
export class SamplePlanner {
  /** Percent for a share of users, else in units of the metric. Null: as measured. */
  baseline = $state<number | null>(null)
  standardDeviation = $state<number | null>(null)
  liftPercent = $state<number | null>(5)
  dailyUnits = $state<number | null>(null)
  power = $state(0.8)
  looks = $state(1)
  plan = $state.raw<SamplePlan | null>(null)
  /** What is wrong with the question, in a sentence. */
  mistake = $state<string | null>(null)
  /** What is wrong beside it. */
  failure = $state.raw<unknown>(null)
  #request = new AbortController()

  /** The question as it stands. Null: something is missing that only the reader knows. */
  questionOf(metric: Metric, trafficSplit: number[], measuredBy: string | null): PlanSampleInput | null {
    const { kind } = metric
    if (kind === 'QUANTILE' || this.liftPercent === null) return null
    const needsSpread = kind !== 'PROPORTION'
    const isKnown = this.baseline !== null && (!needsSpread || this.standardDeviation !== null)
    if (!isKnown && measuredBy === null) return null
    const direction = metric.goal === 'DECREASE' ? -1 : 1
    return {
      ...(measuredBy === null ? { kind } : { experimentId: measuredBy, metric: metric.key }),
      trafficSplit,
      baseline: this.baseline === null ? undefined : kind === 'PROPORTION' ? this.baseline / 100 : this.baseline,
      standardDeviation: needsSpread ? (this.standardDeviation ?? undefined) : undefined,
      relativeEffect: (direction * Math.abs(this.liftPercent)) / 100,
      dailyUnits: this.dailyUnits ?? undefined,
      power: this.power,
      looks: this.looks > 1 ? { looks: this.looks } : undefined,
    }
  }

  /** Asks soon, unless another question comes before. Returns what takes it back. */
  ask(question: PlanSampleInput | null): () => void {
    this.#request.abort()
    if (question === null) {
      this.plan = null
      this.mistake = null
      return () => undefined
    }
    this.#request = new AbortController()
    const { signal } = this.#request
    const timer = setTimeout(() => void this.#read(question, signal), PAUSE_MS)
    return () => clearTimeout(timer)
  }

  async #read(question: PlanSampleInput, signal: AbortSignal): Promise<void> {
    try {
      const plan = await client.planSample(question, { signal })
      if (signal.aborted) return
      this.plan = plan
      this.mistake = plan.notComputable?.message ?? null
      this.failure = null
    } catch (error) {
      if (signal.aborted) return
      this.plan = null
      const isMistake = error instanceof FairliftError && error.code === 'BAD_INPUT'
      this.mistake = isMistake ? error.message : null
      this.failure = isMistake ? null : error
    }
  }
}
