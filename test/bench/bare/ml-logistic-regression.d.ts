declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix'

  /** The part of the package that the bench uses; it comes without types. */
  export default class LogisticRegression {
    constructor(options: { numSteps: number; learningRate: number })
    train(features: Matrix, target: Matrix): void
  }
}
