import { type FeatureCells, HOLDOUT } from './feature-cells.ts'
import type { ModelQuestion } from './model-question.ts'

/** Errors: RangeError for cells that no grouping of users gives, and for settings outside their domains. */
export function requireTraining(cells: FeatureCells, question: ModelQuestion): void {
  requireQuestion(cells, question)
  const { variants, features, variant, levels, fold, n, mean, m2, denominator, nonZero } = cells
  const length = n.length
  const columns = [variant, ...levels, fold, n, mean, m2 ?? n, ...(denominator ? Object.values(denominator) : [])]
  for (const column of columns) {
    if (column.length !== length)
      throw new RangeError(`columns must have a value a cell, ${length}, got ${column.length}`)
  }
  if (levels.length !== features.length) {
    throw new RangeError(`there must be a column of levels a feature, ${features.length}, got ${levels.length}`)
  }
  const counts = features.map(({ name, kind, levels: names }, f) => {
    const numbers = cells.numbers?.[f] ?? null
    if ((kind === 'NUMERIC') !== (numbers !== null))
      throw new RangeError(`numbers must be given of NUMERIC features and no others, ${name} is ${kind}`)
    return numbers?.length ?? names.length
  })
  const indexIn = (index: number, count: number) => Number.isInteger(index) && index >= 0 && index < count
  for (let cell = 0; cell < length; cell++) {
    if (!indexIn(variant[cell]!, variants.length)) throw new RangeError(`cell ${cell} has variant ${variant[cell]}`)
    const odd = counts.findIndex((count, f) => !indexIn(levels[f]![cell]!, count))
    if (odd >= 0) throw new RangeError(`cell ${cell} has level ${levels[odd]![cell]} of ${features[odd]!.name}`)
    if (fold[cell] !== HOLDOUT && !indexIn(fold[cell]!, question.folds)) {
      throw new RangeError(`cell ${cell} has fold ${fold[cell]} of ${question.folds}`)
    }
    const isMoment = n[cell]! >= 0 && Number.isFinite(n[cell]) && Number.isFinite(mean[cell])
    if (!isMoment || (m2 !== null && !(m2[cell]! >= 0 && m2[cell]! < Infinity))) {
      throw new RangeError(`cell ${cell} has n ${n[cell]}, mean ${mean[cell]}, m2 ${m2?.[cell]}`)
    }
    if (denominator && !(denominator.mean[cell]! >= 0)) {
      throw new RangeError(`cell ${cell} has the mean denominator ${denominator.mean[cell]}`)
    }
  }
  if (nonZero && nonZero.starts.length !== length + 1) {
    throw new RangeError(`starts must have a value more than there are cells, got ${nonZero.starts.length}`)
  }
}

function requireQuestion({ features }: FeatureCells, question: ModelQuestion): void {
  const { folds, level, penalty, interactions, horizonDays } = question
  if (!(Number.isInteger(folds) && folds >= 2))
    throw new RangeError(`folds must be a whole number from 2 on, got ${folds}`)
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`)
  if (typeof penalty === 'number' && !(penalty >= 0 && penalty < Infinity)) {
    throw new RangeError(`penalty must be a number of at least 0, got ${penalty}`)
  }
  if (!(horizonDays > 0)) throw new RangeError(`horizonDays must be above 0, got ${horizonDays}`)
  const names = features.map(({ name }) => name)
  if (new Set(names).size < names.length)
    throw new RangeError(`features must have names of their own, got ${names.join()}`)
  const unknown = interactions.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new RangeError(`interactions must be features, got ${unknown}`)
}
