import type { SpendingFunction } from '../stats/alpha-spending.ts'
import { groupSequentialBounds } from '../stats/group-sequential-bounds.ts'
import { sequentialCost, sequentialOutlook } from '../stats/group-sequential-power.ts'
import { alwaysValidCalibration } from '../stats/look-calibration.ts'
import { type Bounds, nominal } from './bounds.ts'
import { counted, type Finding, LOOKS } from './finding.ts'
import { ALPHA, DRIFT, POWER, type Stream, streams } from './streams.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 4_000
const SIZES = [2_000, 20_000]
const FRACTIONS = [0.2, 0.4, 0.6, 0.8, 1]
/** Points that the power of a design with looks may be away from that of one look. */
const GREATEST_LOSS = 0.03

/** Designs with looks before the end: how often they find something, without an effect and with one. */
export function sequential(): Finding[] {
  return streams.flatMap((stream, index) =>
    SIZES.flatMap((users) => [
      ...groupSequential(stream, users, 'O’Brien-Fleming', { kind: 'obrienFleming' }, 6000 + index, GREATEST_LOSS),
      ...groupSequential(stream, users, 'Pocock', { kind: 'pocock' }, 6010 + index),
      ...alwaysValid(stream, users, 6020 + index),
    ]),
  )
}

/**
 * Without an effect; with one that a single look finds with 80 % power, with as many users; and with the users that
 * planLooks plans for that effect, with whom the power must be that of the single look.
 */
function groupSequential(
  stream: Stream,
  users: number,
  name: string,
  spending: SpendingFunction,
  seed: number,
  greatestLoss = 1,
): Finding[] {
  const design = { alpha: ALPHA, spending }
  const looks = groupSequentialBounds(FRACTIONS, design)
  const errors = looks.map(({ nominalAlpha }) => nominalAlpha)
  const { crossing, crossingWrongSide } = sequentialOutlook(looks, 2, DRIFT)
  const expected = [...crossing, ...crossingWrongSide].reduce((sum, one) => sum + one, 0)
  const usual = nominal(expected, REPLICATIONS)
  const asPlanned = nominal(POWER, REPLICATIONS)
  const { inflation } = sequentialCost(FRACTIONS, design, POWER)
  const random = variatesOf(seed)
  const cases = [
    { name: counted.withoutEffect, users, hasEffect: false, bounds: nominal(ALPHA, REPLICATIONS) },
    {
      ...{ name: counted.withEffect, users, hasEffect: true },
      bounds: { ...usual, low: Math.max(usual.low, POWER - greatestLoss) },
    },
    {
      ...{ name: counted.withPlannedUsers, users: users * inflation, hasEffect: true },
      bounds: {
        ...asPlanned,
        low: Math.max(asPlanned.low, POWER - GREATEST_LOSS),
        high: Math.min(asPlanned.high, POWER + GREATEST_LOSS),
      },
    },
  ]
  return cases.map((one): Finding => ({
    ...{ table: LOOKS, method: `${stream.test}, 5 looks, ${name}`, data: stream.data, users, counted: one.name },
    observed: shareFound(stream, one.users, errors, one.hasEffect ? users / 2 : null, random),
    bounds: one.bounds,
    replications: REPLICATIONS,
  }))
}

/** Four weeks, a look every day. */
function alwaysValid(stream: Stream, users: number, seed: number): Finding[] {
  const days = 28
  const perLook = Math.round(users / 2 / days)
  const errors = Array.from({ length: days }, (_, day) =>
    alwaysValidCalibration(2 * perLook * (day + 1), 'two-sided', { tunedFor: users, alpha: ALPHA }).nominalAlpha(ALPHA),
  )
  const bounds: Bounds = { expected: ALPHA, low: 0, high: ALPHA, basis: 'at most' }
  const random = variatesOf(seed)
  return [
    {
      ...{ table: LOOKS, method: `${stream.test}, always valid, daily`, data: stream.data, users },
      counted: counted.withoutEffect,
      observed: shareFound(stream, users, errors, null, random),
      bounds,
      replications: REPLICATIONS,
    },
  ]
}

/** How often some look finds something. */
function shareFound(
  stream: Stream,
  users: number,
  errors: number[],
  detectableWith: number | null,
  random: Variates,
): number {
  const perLook = Math.ceil(users / 2 / errors.length)
  let found = 0
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const pValues = stream.pValues(perLook, errors.length, detectableWith, random)
    if (pValues.some((p, k) => p < errors[k]!)) found++
  }
  return found / REPLICATIONS
}
