import type { Estimate } from './effect.ts'

/** The users with the highest predicted effect first: what treating only them would gain. */
export interface QiniPoint {
  /** of the users, from 0 to 1 */
  share: number
  users: number
  /** share times the effect measured among them: what all users gain on average when only these are treated */
  gain: number
  /** the same of as many users taken at random */
  random: number
  /** ends of the gain's pointwise interval; null with fewer than two users of a variant */
  lower: number | null
  upper: number | null
}

/** Whether it can be told whom a treatment helps more. */
export interface UpliftResult {
  treatment: string
  verdict: 'USABLE_HETEROGENEITY' | 'NO_USABLE_HETEROGENEITY'
  /** says why, in a sentence */
  message: string
  /** p-value that the verdict goes by: of cross-fitted predictions having no relation to the effect */
  pValue: number | null
  /** of all interactions of this treatment being 0, for comparison */
  interactionPValue: number | null
  /** area between the curve and the straight line of random users: what a user gains on average by targeting */
  qiniCoefficient: Estimate | null
  curve: QiniPoint[]
}
