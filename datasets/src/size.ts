import {
  ABANDONED_CART,
  type Behaviour,
  FIRST_ORDER_DAY_SHARES,
  LOOK_AGAIN_DAYS,
  observedOrderShares,
  PAST_DAYS,
  REFUND_DAYS,
  sumOverCells,
} from './behaviour.ts'
import { MEAN_BOT_VIEWS } from './day-events.ts'
import type { Settings } from './options.ts'
import type { Cell } from './population.ts'

/** How many visitors it takes to make about as many rows as were asked for. At least one. */
export function visitorCount(settings: Settings, behaviour: Behaviour): number {
  const rowsPerVisitor =
    1 +
    settings.reExposed +
    settings.contamination * (1 - settings.bots) +
    settings.bots * MEAN_BOT_VIEWS +
    (1 - settings.bots) * meanActivity(settings, behaviour)
  const rows = rowsPerVisitor * (1 + settings.duplicates + settings.badRows)
  return Math.max(1, Math.round(settings.events / rows))
}

/** Expected events of a visitor who is no bot, exposures apart. */
function meanActivity(settings: Settings, { calendar, conversion }: Behaviour): number {
  const orders = observedOrderShares(calendar)
  const refunds = observedOrderShares(calendar, REFUND_DAYS)
  const onFirstVisit = FIRST_ORDER_DAY_SHARES[0]
  let lookAgain = 0
  for (let day = 1; day <= LOOK_AGAIN_DAYS; day++) lookAgain += calendar.shareObservedOn(day) / LOOK_AGAIN_DAYS
  const pasts = new Map<string, Past>()
  return sumOverCells((cell, i) => {
    const rate = settings.variantShares.reduce(
      (sum, share, v) => sum + share * ((conversion[v] as Float64Array)[i] as number),
      0,
    )
    const again = (shares: readonly number[]): number =>
      shares.reduce((sum, share, order) => sum + rate * share * cell.orderAgain ** order, 0)
    const views = (1 + cell.interest.mostViews) / 2
    const laterOrders = again(orders) - rate * onFirstVisit
    // A few look around again on the very day of a later order; counting them twice is 0.1 % too much.
    const laterVisits = laterOrders + cell.interest.lookAgain * lookAgain
    const alike = `${cell.recencyBand?.from} ${cell.frequency} ${cell.interest.dailyVisit}`
    const past = pasts.get(alike) ?? meanPast(cell)
    pasts.set(alike, past)
    return (
      views * (1 + laterVisits + past.visits) +
      ABANDONED_CART * (1 - rate * onFirstVisit) +
      2 * (again(orders) + past.orders) +
      cell.priceBucket.refund * again(refunds)
    )
  })
}

/** Expected logged visits before the exposure, and orders among them. */
interface Past {
  visits: number
  orders: number
}

function meanPast({ recencyBand, interest: { dailyVisit, pastOrder }, frequency }: Cell): Past {
  const mean = { visits: 0, orders: 0 }
  if (recencyBand === null) return mean
  const days = recencyBand.to - recencyBand.from + 1
  for (let recency = recencyBand.from; recency <= Math.min(recencyBand.to, PAST_DAYS); recency++) {
    // The last visit is certain; the days before it have one each with the same probability.
    let probabilities = [0, 1]
    for (let day = recency + 1; day <= PAST_DAYS; day++) {
      probabilities = [...probabilities, 0].map(
        (share, n) => share * (1 - dailyVisit) + (n > 0 ? (probabilities[n - 1] as number) * dailyVisit : 0),
      )
    }
    probabilities.forEach((share, n) => {
      mean.visits += (share * n) / days
      mean.orders += (share * Math.min(n, frequency) * pastOrder) / days
    })
  }
  return mean
}
