/** The functions of jStat that are measured; the package brings no types. */
declare module 'jstat' {
  interface JStat {
    erf(x: number): number
    erfc(x: number): number
    erfcinv(p: number): number
    gammaln(x: number): number
    betaln(a: number, b: number): number
    ibeta(x: number, a: number, b: number): number
    lowRegGamma(a: number, x: number): number
    noncentralt: { cdf(t: number, degreesOfFreedom: number, noncentrality: number): number }
  }
  export const jStat: JStat
}
