import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/**
 * Published experiments with reference results, in a folder beside the repository. Not ours to pass on, so not in it:
 * where the folder is missing, the tests that need it say so and are skipped.
 */
const folder = fileURLToPath(new URL('../../../shared/datasets/', import.meta.url))

export const hasSharedDatasets = existsSync(folder)

/** The name of a group of tests on these data: says why they are skipped, where they are. */
export function titleOf(tests: string): string {
  return hasSharedDatasets ? tests : `${tests}: skipped, for there is no folder ../shared/datasets`
}

/** Where a file of the folder is. */
export function sharedPath(path: string): string {
  return folder + path
}

/** A file of the folder, to be uploaded as it is. */
export function sharedFile(path: string): File {
  return new File([readFileSync(sharedPath(path))], basename(path))
}

/** The text of a file of the folder, unpacked. */
export function sharedText(path: string): string {
  const bytes = readFileSync(sharedPath(path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** The results of a data set's `reference.json`: computed by SciPy and statsmodels. */
export function referenceOf<Results>(name: string): Results {
  return (JSON.parse(readFileSync(`${folder}${name}/reference.json`, 'utf8')) as { results: Results }).results
}

/** A test of the ratio of sample sizes. */
export interface RatioReference {
  observed: number[]
  p: number
}

/** Two rates compared. */
export interface ProportionReference {
  control: { n: number; x: number; rate: number }
  treatment: { n: number; x: number; rate: number }
  diff: number
  relative_lift: number
  chi2_no_correction: { stat: number; p: number }
  fisher_exact_p: number
  diff_ci_miettinen_nurminen: [number, number]
  cohen_h: number
}

interface ArmReference {
  n: number
  sum: number
  mean: number
  sd: number
}

/** Two means compared. */
export interface MeanReference {
  control: ArmReference
  treatment: ArmReference
  diff: number
  relative_lift: number
  welch: { t: number; df: number; p: number; se: number; ci: [number, number] }
  cohen_d_pooled: number
  mann_whitney: { U_treatment: number; p_continuity_tie_corrected: number; prob_superiority: number }
}
