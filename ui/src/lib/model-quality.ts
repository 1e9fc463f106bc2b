import type { ModelMetrics } from '@fairlift/sdk'
import { decimal, percent } from './format-number.ts'

/** A number by which predictions are judged, with a word on what it means. */
export interface Quality {
  name: string
  meaning: string
  text: (metrics: ModelMetrics) => string
}

const known = (value: number | null, text: (value: number) => string): string => (value === null ? '–' : text(value))

/** What a model is judged by; `value` writes a number of the target. */
export function qualitiesOf(kind: ModelMetrics['kind'], value: (value: number) => string): Quality[] {
  if (kind === 'REGRESSION') {
    return [
      {
        name: 'R²',
        meaning: 'Part of the differences between users that is predicted; below 0 the mean would have been nearer.',
        text: ({ r2 }) => known(r2, (share) => percent(share)),
      },
      {
        name: 'RMSE',
        meaning: 'Typical error of a user, large ones counting more.',
        text: ({ rmse }) => known(rmse, value),
      },
      { name: 'MAE', meaning: 'Mean error of a user.', text: ({ mae }) => known(mae, value) },
    ]
  }
  const short = (number: number): string => decimal(number)
  return [
    {
      name: 'AUC',
      meaning: 'Chance that a user who converted was ranked above one who did not: 0.5 is guessing, 1 is perfect.',
      text: ({ auc }) => known(auc, short),
    },
    {
      name: 'Log loss',
      meaning: 'Surprise at the outcomes: the lower, the better.',
      text: ({ logLoss }) => known(logLoss, short),
    },
    {
      name: 'Brier score',
      meaning: 'Mean squared error of the probabilities: the lower, the better.',
      text: ({ brier }) => known(brier, short),
    },
    {
      name: 'Calibration slope',
      meaning: '1 is ideal; below 1 the predictions are too extreme.',
      text: ({ calibrationSlope }) => known(calibrationSlope, short),
    },
    {
      name: 'Calibration intercept',
      meaning: '0 is ideal.',
      text: ({ calibrationIntercept }) => known(calibrationIntercept, short),
    },
  ]
}
