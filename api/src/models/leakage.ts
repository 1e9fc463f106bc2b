import { chiSquareTableTest } from '../stats/chi-square-table-test.ts'
import { holm } from '../stats/holm.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import type { Feature } from './feature.ts'
import type { LeakageCheck } from './leakage-check.ts'
import type { ModelSetup } from './model-setup.ts'
import { singleFeature, singleNumber } from './single-feature.ts'

/** Above this a feature, or a model, knows the answers. */
const TOO_GOOD = 0.99
const DIFFERENCE_ALPHA = 0.001
/** Share of the users who have a value of their own, from which on a feature tells who they are. */
const IDENTIFYING = 0.5
const FEW_USERS = 50

/**
 * What may have told a model its answers, by feature: recorded after the exposure, separating the target, differing
 * between variants that were dealt out at random (by Pearson's chi-square, p < 0.001 after Holm's correction over the
 * features), identifying single users; and a model that is too good to be true.
 *
 * See Kaufman et al. (2012), "Leakage in data mining: formulation, detection, and avoidance".
 */
export function leakageChecks(
  setup: ModelSetup,
  features: readonly Feature[],
  modelAuc: number | null,
): LeakageCheck[] {
  const { patterns, levelUsers, kind, numbers } = setup
  const users = patterns.training.n.reduce((sum, n) => sum + n, 0)
  const adjusted = holm(features.map((_, f) => differencePValue(setup, f) ?? 1))
  const checks = features.flatMap((feature, f): LeakageCheck[] => {
    const { name, source, missing } = feature
    const known = users - (missing === null ? 0 : levelUsers[f]![missing]!)
    const isBinary = kind === 'LOGISTIC'
    const byLevel = singleFeature(patterns.shownLevels[f]!, feature.levels.length, patterns.training, isBinary)
    const own = numbers[f] ?? null
    const { strength, isPure } =
      isBinary && own !== null ? singleNumber(byLevel, patterns.levels[f]!, own, patterns.training) : byLevel
    const found = (code: LeakageCheck['code'], value: number | null, message: string) => ({
      code,
      feature: name,
      value,
      message,
    })
    return [
      ...(source.isRecordedAfterExposure
        ? [
            found(
              'RECORDED_AFTER_EXPOSURE',
              null,
              `${name} was recorded after the exposure, so the treatment may have changed it. Use what was known before.`,
            ),
          ]
        : []),
      ...(isPure
        ? [
            found(
              'SEPARATES_TARGET',
              strength,
              `${name} tells the target exactly: each of its levels has converted users only, or others only. It may be a copy of the target; leave it out.`,
            ),
          ]
        : strength !== null && strength > TOO_GOOD
          ? [
              found(
                'TOO_GOOD_TO_BE_TRUE',
                strength,
                `${name} alone foretells the target nearly perfectly. It may be recorded with the target; leave it out.`,
              ),
            ]
          : []),
      ...(adjusted[f]! < DIFFERENCE_ALPHA
        ? [
            found(
              'DIFFERS_BETWEEN_VARIANTS',
              adjusted[f]!,
              `${name} is distributed differently in the variants, which chance hardly does. The treatment may have changed it; leave it out.`,
            ),
          ]
        : []),
      ...(isIdentifier(feature, known)
        ? [
            found(
              'IDENTIFIER',
              feature.distinctValues,
              `${name} has nearly as many values as there are users: it says who they are, not what they are like. Leave it out.`,
            ),
          ]
        : []),
    ]
  })
  const isNamed = checks.some(({ code }) => code === 'SEPARATES_TARGET' || code === 'TOO_GOOD_TO_BE_TRUE')
  if (modelAuc === null || modelAuc <= TOO_GOOD || isNamed) return checks
  const message =
    'All features together foretell the target nearly perfectly. One of them may be recorded with the target.'
  return [
    ...checks,
    { code: 'TOO_GOOD_TO_BE_TRUE', feature: features.map(({ name }) => name).join(', '), value: modelAuc, message },
  ]
}

function isIdentifier({ kind, distinctValues, isWhole }: Feature, known: number): boolean {
  if (known < FEW_USERS || distinctValues < IDENTIFYING * known) return false
  // Measured numbers of many digits differ from user to user as well.
  return kind === 'CATEGORICAL' || (isWhole === true && distinctValues > 0.9 * known)
}

/** Of the levels that users of the variants have; null for a feature of one level. */
function differencePValue({ patterns, levelUsers, design }: ModelSetup, feature: number): number | null {
  const present = [...levelUsers[feature]!.keys()].filter((level) => levelUsers[feature]![level]! > 0)
  if (present.length < 2) return null
  const table = Array.from(design.variantColumn, () => new Float64Array(levelUsers[feature]!.length))
  patterns.shownLevels[feature]!.forEach(
    (level, i) => (table[patterns.variant[i]!]![level]! += patterns.training.n[i]!),
  )
  const test = chiSquareTableTest(table.map((row) => present.map((level) => row[level]!)))
  return isNotComputable(test) ? null : test.pValue
}
