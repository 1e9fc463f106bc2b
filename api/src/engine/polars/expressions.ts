import type { Expr } from 'nodejs-polars'

/**
 * An expression that is made when it is needed first, and kept. Making one costs about a millisecond, as each gets all
 * its methods anew: over many parts that is more than reading them.
 */
export function once(make: () => Expr): () => Expr {
  let made: Expr | null = null
  return () => (made ??= make())
}

/** Kept by name at most: names come from users' files, and a process lives long. */
const MOST_KEPT = 1000

/** The same for expressions about something that is named each time: a column, a bound. */
export function onceByName(make: (name: string) => Expr): (name: string) => Expr {
  const made = new Map<string, Expr>()
  return (name) => {
    let expression = made.get(name)
    if (expression === undefined) {
      expression = make(name)
      if (made.size >= MOST_KEPT) made.clear()
      made.set(name, expression)
    }
    return expression
  }
}
