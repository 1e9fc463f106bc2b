/**
 * Who the visitors are, and how that moves what they do. The whole model of behaviour is a finite table of cells: the
 * generator draws each visitor's cell from it, and the truth is the sum over it.
 */

/** What an exposure row says about its visitor. Names as in the files. */
export interface Attributes {
  device: string
  channel: string
  geo: string
  price_bucket: string
  /** Days since the last visit before the exposure; null for those who were never here. */
  recency: number | null
  /** Orders before the exposure. */
  frequency: number
}

export const ATTRIBUTE_NAMES = ['device', 'channel', 'geo', 'price_bucket', 'recency', 'frequency'] as const

interface Level {
  name: string
  share: number
  /** Added to the log-odds of converting. */
  logOdds: number
  /** Multiplies an order's mean value. */
  orderValue: number
}

interface DeviceLevel extends Level {
  /** How strongly the treatment works here, relative to the other devices. */
  liftWeight: number
}

interface ChannelLevel extends Level {
  returning: number
}

export interface PriceLevel extends Level {
  /** Probability that an order is sent back. */
  refund: number
}

/** A hidden trait: it is in no column, and ties what a visitor did before the exposure to what follows. */
export interface InterestLevel {
  shareOfNew: number
  shareOfReturning: number
  logOdds: number
  orderValue: number
  /** Probabilities of having made each of FREQUENCIES orders before. */
  frequencyShares: readonly number[]
  /** Probability of a visit on each of the days between the earliest logged one and the last visit. */
  dailyVisit: number
  /** Probability that an earlier visit was an order, while there are past orders left to place. */
  pastOrder: number
  /** A visit shows 1 to this many products, all equally likely. */
  mostViews: number
  /** Probability of coming back once more to look around, within a week. */
  lookAgain: number
  /** Probability that a returning visitor's order is followed by another one. */
  orderAgain: number
}

const DEVICES: readonly DeviceLevel[] = [
  { name: 'mobile', share: 0.58, logOdds: -0.2, orderValue: 0.92, liftWeight: 1.3 },
  { name: 'desktop', share: 0.34, logOdds: 0.25, orderValue: 1.08, liftWeight: 0.6 },
  { name: 'tablet', share: 0.08, logOdds: 0, orderValue: 1, liftWeight: 1 },
]

const CHANNELS: readonly ChannelLevel[] = [
  { name: 'organic', share: 0.32, logOdds: 0, orderValue: 1, returning: 0.5 },
  { name: 'paid_search', share: 0.24, logOdds: -0.05, orderValue: 0.98, returning: 0.4 },
  { name: 'direct', share: 0.18, logOdds: 0.2, orderValue: 1.05, returning: 0.72 },
  { name: 'email', share: 0.14, logOdds: 0.3, orderValue: 1, returning: 0.85 },
  { name: 'social', share: 0.12, logOdds: -0.4, orderValue: 0.9, returning: 0.3 },
]

const GEOS: readonly Level[] = [
  { name: 'US', share: 0.36, logOdds: 0.05, orderValue: 1.1 },
  { name: 'GB', share: 0.2, logOdds: 0, orderValue: 1 },
  { name: 'DE', share: 0.19, logOdds: 0.1, orderValue: 1.02 },
  { name: 'FR', share: 0.15, logOdds: -0.1, orderValue: 0.95 },
  { name: 'NL', share: 0.1, logOdds: 0, orderValue: 0.97 },
]

const PRICE_BUCKETS: readonly PriceLevel[] = [
  { name: 'low', share: 0.46, logOdds: 0.15, orderValue: 32, refund: 0.04 },
  { name: 'mid', share: 0.37, logOdds: 0, orderValue: 66, refund: 0.07 },
  { name: 'high', share: 0.17, logOdds: -0.35, orderValue: 138, refund: 0.11 },
]

const FREQUENCIES = [0, 1, 2, 3, 5, 8] as const
const LOG_ODDS_PER_PAST_ORDER = 0.08

const INTERESTS: readonly InterestLevel[] = [
  {
    shareOfNew: 0.6,
    shareOfReturning: 0.32,
    logOdds: -1,
    orderValue: 0.88,
    frequencyShares: [0.55, 0.25, 0.12, 0.05, 0.02, 0.01],
    dailyVisit: 0.03,
    pastOrder: 0.1,
    mostViews: 2,
    lookAgain: 0.1,
    orderAgain: 0.06,
  },
  {
    shareOfNew: 0.3,
    shareOfReturning: 0.43,
    logOdds: 0,
    orderValue: 1,
    frequencyShares: [0.25, 0.27, 0.22, 0.14, 0.08, 0.04],
    dailyVisit: 0.09,
    pastOrder: 0.35,
    mostViews: 3,
    lookAgain: 0.2,
    orderAgain: 0.15,
  },
  {
    shareOfNew: 0.1,
    shareOfReturning: 0.25,
    logOdds: 1.2,
    orderValue: 1.14,
    frequencyShares: [0.04, 0.1, 0.2, 0.25, 0.23, 0.18],
    dailyVisit: 0.2,
    pastOrder: 0.65,
    mostViews: 4,
    lookAgain: 0.3,
    orderAgain: 0.3,
  },
]

/** Days since the last visit: every whole number of a band is equally likely. */
export interface RecencyBand {
  from: number
  to: number
  share: number
  logOdds: number
}

const RECENCY_BANDS: readonly RecencyBand[] = [
  { from: 1, to: 7, share: 0.5, logOdds: 0.25 },
  { from: 8, to: 30, share: 0.3, logOdds: 0 },
  { from: 31, to: 90, share: 0.2, logOdds: -0.25 },
]

const NEW_VISITOR_LOG_ODDS = -0.25

/** Visitors who are alike in all that matters to what they do. */
export interface Cell {
  /** Share of all visitors. */
  share: number
  device: string
  channel: string
  geo: string
  priceBucket: PriceLevel
  interest: InterestLevel
  /** Null for new visitors. */
  recencyBand: RecencyBand | null
  frequency: number
  /** Log-odds of converting in the control, up to the constant that gives the population its base conversion. */
  logOdds: number
  /** Mean value of an order in the control. */
  orderValue: number
  liftWeight: number
  /** Probability that an order is followed by another one: the interest's, and 0 for new visitors. */
  orderAgain: number
}

/** Every cell; their shares sum to 1. */
export const CELLS: readonly Cell[] = enumerateCells()

function enumerateCells(): Cell[] {
  const cells: Cell[] = []
  for (const device of DEVICES) {
    for (const channel of CHANNELS) {
      for (const geo of GEOS) {
        for (const price of PRICE_BUCKETS) {
          for (const interest of INTERESTS) {
            const share = device.share * channel.share * geo.share * price.share
            const alike = {
              device: device.name,
              channel: channel.name,
              geo: geo.name,
              priceBucket: price,
              interest,
              orderValue:
                device.orderValue * channel.orderValue * geo.orderValue * price.orderValue * interest.orderValue,
              liftWeight: device.liftWeight,
            }
            const logOdds = device.logOdds + channel.logOdds + geo.logOdds + price.logOdds + interest.logOdds
            cells.push({
              ...alike,
              share: share * (1 - channel.returning) * interest.shareOfNew,
              recencyBand: null,
              frequency: 0,
              logOdds: logOdds + NEW_VISITOR_LOG_ODDS,
              orderAgain: 0,
            })
            for (const band of RECENCY_BANDS) {
              FREQUENCIES.forEach((frequency, i) => {
                const frequencyShare = interest.frequencyShares[i] as number
                cells.push({
                  ...alike,
                  share: share * channel.returning * interest.shareOfReturning * band.share * frequencyShare,
                  recencyBand: band,
                  frequency,
                  logOdds: logOdds + band.logOdds + frequency * LOG_ODDS_PER_PAST_ORDER,
                  orderAgain: interest.orderAgain,
                })
              })
            }
          }
        }
      }
    }
  }
  return cells
}
