import type { Expr } from 'nodejs-polars'

/**
 * An expression that is made when it is needed first, and kept. Making one costs about a millisecond, as each gets all
 * its methods anew: over many parts that is more than reading them.
 */
export function once(make: () => Expr): () => Expr {
  let made: Expr | null = null
  return () => (made ??= make())
}

/** The same for expressions about a column that is named each time. */
export function onceByName(make: (name: string) => Expr): (name: string) => Expr {
  const made = new Map<string, Expr>()
  return (name) => {
    let expression = made.get(name)
    if (expression === undefined) {
      expression = make(name)
      made.set(name, expression)
    }
    return expression
  }
}
