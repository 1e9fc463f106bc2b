/** A user as covariate adjustment sees one: what was before the exposure, and what came after. */
export interface AdjustedUser {
  variant: string
  before: number
  after: number
  /** What the user adds to the denominator of a ratio; of a mean all add the same. */
  denominator?: number
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: number[]): number => sum(values) / values.length

/** CUPED from its definition, user by user: the slope within the variants, and Welch's difference of what is left. */
export function cupedOf(users: AdjustedUser[]) {
  const arms = ['control', 'treatment'].map((variant) => users.filter((user) => user.variant === variant))
  const products = (x: 'before' | 'after', y: 'before' | 'after') =>
    sum(
      arms.map((arm) => {
        const [xMean, yMean] = [mean(arm.map((user) => user[x])), mean(arm.map((user) => user[y]))]
        return sum(arm.map((user) => (user[x] - xMean) * (user[y] - yMean)))
      }),
    )
  const theta = products('before', 'after') / products('before', 'before')
  const centre = mean(users.map(({ before }) => before))
  const [control, treatment] = arms.map((arm) =>
    levelOf(
      arm,
      arm.map(({ before, after }) => after - theta * (before - centre)),
    ),
  )
  const [plainControl, plainTreatment] = arms.map((arm) =>
    levelOf(
      arm,
      arm.map(({ after }) => after),
    ),
  )
  const variance = control!.variance + treatment!.variance
  const plainVariance = plainControl!.variance + plainTreatment!.variance
  return {
    theta,
    controlMean: control!.mean,
    treatmentMean: treatment!.mean,
    effect: treatment!.mean - control!.mean,
    standardError: Math.sqrt(variance),
    plainEffect: plainTreatment!.mean - plainControl!.mean,
    plainStandardError: Math.sqrt(plainVariance),
    varianceBought: 1 - variance / plainVariance,
  }
}

/** Mean, and squared standard error with the divisors of Kish's effective number of users. */
function levelOf(users: AdjustedUser[], values: number[]): { mean: number; variance: number } {
  const level = mean(values)
  const weights = users.map(({ denominator = 1 }) => denominator)
  const effective = sum(weights) ** 2 / sum(weights.map((weight) => weight ** 2))
  const spread = sum(values.map((value) => (value - level) ** 2)) / values.length
  return { mean: level, variance: (spread / values.length) * (effective / (effective - 1)) }
}
