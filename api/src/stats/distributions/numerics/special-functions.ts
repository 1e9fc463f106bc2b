/**
 * The special functions that others have written well, under the names used here. Which library answers which function
 * was decided by measurement: docs/decisions/0003-special-functions.md, kept true by `special-functions.test.ts`.
 */
export { default as logBeta } from '@stdlib/math-base-special-betaln'
export { default as erf } from '@stdlib/math-base-special-erf'
export { default as erfc } from '@stdlib/math-base-special-erfc'
/** the x with erfc(x) = p */
export { default as inverseErfc } from '@stdlib/math-base-special-erfcinv'
/** exp(x^2) erfc(x) */
export { default as scaledErfc } from '@stdlib/math-base-special-erfcx'
export { default as logGamma } from '@stdlib/math-base-special-gammaln'
/** log(1 + x) - x */
export { default as log1pMinusX } from '@stdlib/math-base-special-log1pmx'
