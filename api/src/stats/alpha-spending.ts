import { normal } from './distributions/normal.ts'

/** How the error that a design may make is spread over its looks. */
export type SpendingFunction =
  /** little early, nearly all at the end */
  | { kind: 'obrienFleming' }
  /** nearly evenly, look by look */
  | { kind: 'pocock' }
  /** a family between and beyond the two: gamma -4 is close to O'Brien-Fleming, 1 to Pocock, 0 spends evenly */
  | { kind: 'hwangShihDeCani'; gamma: number }

/**
 * The error that may have been made by the time a share of the planned information is in: from 0 at nothing to alpha at
 * all of it, and no more beyond.
 *
 * Formulas, with t the share: O'Brien-Fleming type 2 - 2 Phi(z / sqrt(t)) with z the upper quantile of alpha / 2; Pocock
 * type alpha log(1 + (e - 1) t); Hwang, Shih and DeCani alpha (1 - exp(-gamma t)) / (1 - exp(-gamma)).
 *
 * Domains: alpha in (0, 1), of one side of the design; share > 0; gamma any finite number. Errors: RangeError otherwise.
 *
 * See Lan and DeMets (1983), "Discrete sequential boundaries for clinical trials"; Hwang, Shih and DeCani (1990), "Group
 * sequential designs using a family of type I error probability spending functions".
 *
 * @example
 * spentAlpha({ kind: 'obrienFleming' }, 0.025, 0.5) // => 0.0015253228
 * spentAlpha({ kind: 'pocock' }, 0.025, 0.5) // => 0.015502863
 * spentAlpha({ kind: 'hwangShihDeCani', gamma: -4 }, 0.025, 0.5) // => 0.0029800731
 */
export function spentAlpha(spending: SpendingFunction, alpha: number, share: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`)
  if (!(share > 0)) throw new RangeError(`share must be above 0, got ${share}`)
  if (share >= 1) return alpha
  if (spending.kind === 'obrienFleming') return 2 * normal.sf(normal.isf(alpha / 2) / Math.sqrt(share))
  if (spending.kind === 'pocock') return alpha * Math.log1p((Math.E - 1) * share)
  const { gamma } = spending
  if (!Number.isFinite(gamma)) throw new RangeError(`gamma must be a finite number, got ${gamma}`)
  // The limit for gamma towards 0, which is reached to the last digit long before the products underflow.
  if (Math.abs(gamma) < LEAST_GAMMA) return alpha * share
  // For negative gamma both parts of the fraction times exp(gamma), so that nothing overflows.
  if (gamma > 0) return (alpha * Math.expm1(-gamma * share)) / Math.expm1(-gamma)
  return (alpha * Math.exp(gamma * (1 - share)) * Math.expm1(gamma * share)) / Math.expm1(gamma)
}

const LEAST_GAMMA = 1e-100
