/** What could not be fitted is told, by a reason or a warning: never a number that means nothing. */
import { describe, expect, it } from 'vitest'
import { cellsOf, type Rows, trainingOf } from './group-rows.contract.ts'
import { drawRows } from './population.contract.ts'
import { trainModel } from './train-model.ts'

/** Counts so large among some users that what rounding leaves of a step never vanishes. */
function hugeCounts(scale: number): Rows {
  const eta = (variant: number, [a]: number[]) => -1 + 0.3 * variant + 0.05 * a!
  const rows = drawRows({ users: 400, seed: 3, eta, target: 'COUNT' })
  const y = rows.y.map((count, i) => (rows.levels[0]![i] === 0 ? count : count * scale + (i * scale) / 7))
  return { ...rows, y }
}

const trainCounts = (scale: number) => trainModel(trainingOf(cellsOf(hugeCounts(scale)), 'COUNT', { kind: 'POISSON' }))

/** Conversions of a rare level in one fold only: without it, none of its users converted. */
function rareLevel(): Rows {
  const rows = drawRows({ users: 2000, seed: 22, eta: (v, [a]) => -1 + 0.3 * v + 0.3 * a!, target: 'CONVERSION' })
  const [first] = rows.levels as [number[], number[]]
  const rare = [...first.keys()].filter((user) => user % 80 === 0)
  for (const user of rare) first[user] = 3
  const y = rows.y.map((converted, user) => (first[user] === 3 ? Number(rows.fold[user] === 2) : converted))
  const [own, other] = rows.features
  return { ...rows, y, features: [{ ...own!, levels: [...own!.levels, 'rare'] }, other!] }
}

describe('a fit that does not settle', () => {
  it('is no model, and the reason says so', () => {
    for (const scale of [1e15, 1e30, 1e150])
      expect(trainCounts(scale)).toMatchObject({ kind: 'notComputable', reason: 'notConverged' })
  })

  it('of some folds leaves their metrics out, and the card names them', () => {
    const model = trainCounts(1e12)
    if (model.kind === 'notComputable') throw new Error(model.message)
    const { validation, warnings, importance } = model.card
    const unsettled = validation.folds.filter(({ fit }) => fit === 'notConverged')
    expect(unsettled).toHaveLength(1)
    expect(unsettled[0]!.metrics).toBeNull()
    expect(validation.crossValidated).toBeNull()
    const ofFolds = warnings.find(({ code, feature }) => code === 'NOT_CONVERGED' && feature === null)
    expect(ofFolds?.message).toContain(`The models without fold ${unsettled[0]!.fold} did not settle`)
    // So with what is lost without a feature.
    for (const { feature, dropInDeviance } of importance) {
      const isNamed = warnings.some((warning) => warning.code === 'NOT_CONVERGED' && warning.feature === feature)
      expect(isNamed, feature).toBe(dropInDeviance === null)
    }
    expect(importance.some(({ dropInDeviance }) => dropInDeviance === null)).toBe(true)
  })
})

describe('a level that converted in one fold only', () => {
  it('is estimated with the least penalty where that fold is left out, if the penalty may be chosen', () => {
    const model = trainModel(trainingOf(cellsOf(rareLevel()), 'CONVERSION'))
    if (model.kind === 'notComputable') throw new Error(model.message)
    const { fit, validation, warnings } = model.card
    expect(fit.penalty).toBe(0)
    expect(validation.folds.map((one) => one.fit)).toEqual([
      ...['converged', 'converged', 'penalised', 'converged', 'converged'],
    ])
    expect(validation.crossValidated).toMatchObject({ kind: 'CLASSIFICATION', users: 2000 })
    expect(warnings).toContainEqual({
      code: 'SEPARATED',
      feature: null,
      message: 'Without the users of fold 2 an estimate is infinite: those models have a small penalty.',
    })
  })

  it('leaves the model without cross-validation where no penalty was asked for, and the card says why', () => {
    const model = trainModel(trainingOf(cellsOf(rareLevel()), 'CONVERSION', { penalty: 0 }))
    if (model.kind === 'notComputable') throw new Error(model.message)
    expect(model.card.validation.folds[2]).toEqual({ fold: 2, fit: 'separated', metrics: null })
    expect(model.card.validation.crossValidated).toBeNull()
    expect(model.card.warnings).toContainEqual(expect.objectContaining({ code: 'SEPARATED', feature: null }))
  })
})

it('a revenue without a horizon says that no days were measured', () => {
  const rows = drawRows({ users: 600, seed: 23, eta: () => 3, target: 'REVENUE' })
  const codesOf = (visitorsByDay: number[]) => {
    const model = trainModel(trainingOf(cellsOf(rows), 'REVENUE', {}, { traffic: { visitorsByDay } }))
    if (model.kind === 'notComputable') throw new Error(model.message)
    return model.card.warnings.map(({ code }) => code)
  }
  expect(codesOf([600])).toContain('NO_TRAFFIC')
  expect(codesOf([300, 300])).not.toContain('NO_TRAFFIC')
})
