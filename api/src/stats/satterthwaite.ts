/** An arm's estimate as far as its noise goes: the sampling variance of the estimate and the units behind it. */
export interface ArmVariance {
  /** squared standard error */
  variance: number
  n: number
}

/**
 * Degrees of freedom of a difference whose two sampling variances are estimated separately.
 *
 * Formula: (v_c + v_t)^2 / (v_c^2 / (n_c - 1) + v_t^2 / (n_t - 1)), written in shares of the sum so that squares of
 * tiny or huge variances neither underflow nor overflow. Between the smaller n - 1 and n_c + n_t - 2.
 *
 * Domains: n >= 2 in both arms, at least one variance positive.
 *
 * See Satterthwaite (1946), "An approximate distribution of estimates of variance components".
 *
 * @example
 * satterthwaiteDegreesOfFreedom({ variance: 0.25, n: 10 }, { variance: 0.25, n: 10 }) // => 18
 */
export function satterthwaiteDegreesOfFreedom(control: ArmVariance, treatment: ArmVariance): number {
  const share = control.variance / (control.variance + treatment.variance)
  return 1 / (share ** 2 / (control.n - 1) + (1 - share) ** 2 / (treatment.n - 1))
}
