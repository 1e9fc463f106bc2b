import { count, goals, medianOf, megabytes, seconds, spreadOf, times, verdict } from './figures.ts'
import type { ModelsResult } from './models.ts'
import type { Report } from './report.ts'
import { textTable } from './text-table.ts'

/** Training beside fits of the users as rows, one line each. */
export function modelsReport(events: number, result: ModelsResult): Report {
  const { users, features, cells, columns, trainingMs, fromEventsMs, process, scanMs, rowsMs, fits, notes } = result
  const runs = trainingMs.length
  const timed = (name: string, ms: number[], peak = '') => {
    const { median, least, greatest } = spreadOf(ms)
    return [name, count(users), seconds(median), seconds(least), seconds(greatest), peak]
  }
  const table = textTable(
    ['', 'users', 'median', 'least', 'greatest', 'peak memory', 'from the model'],
    [
      timed('Fairlift, asked to answered: unit table', trainingMs, megabytes(process.child.peakBytes)),
      timed('  from the events', fromEventsMs),
      timed('DuckDB: bare scan of the events', scanMs),
      timed('  users with their features as rows', rowsMs),
      ...fits.flatMap(({ name, rows, fitMs, foldsMs, peakBytes, farthest }) => [
        [
          ...[`${name}: fit`, count(rows), seconds(fitMs), '', '', megabytes(peakBytes)],
          farthest === null ? '' : `${farthest.toExponential(1)} SE`,
        ],
        ...(foldsMs === null ? [] : [['  its five folds', count(rows), seconds(foldsMs)]]),
      ]),
    ],
  )
  const own = medianOf(trainingMs)
  const sklearn = fits.find(({ name }) => name.startsWith('scikit-learn'))
  const beside = [
    ...(sklearn === undefined
      ? []
      : [
          `Faster than one fit of the rows by scikit-learn: ${times(sklearn.fitMs / own)} (goal: ${goals.models.text}, ${verdict(goals.models, sklearn.fitMs / own)}).`,
          `Faster than making rows, fit and folds: ${times((medianOf(rowsMs) + sklearn.fitMs + sklearn.foldsMs!) / own)}.`,
        ]),
    `By the time of one bare scan: ${times(own / medianOf(scanMs))} from the unit table, ${times(medianOf(fromEventsMs) / medianOf(scanMs))} from the events.`,
    `Peak memory of the compute child ${megabytes(process.child.peakBytes)} (goal: ${goals.childMemory.text}, ${verdict(goals.childMemory, process.child.peakBytes)}).`,
    ...notes,
  ]
  return {
    title: `A logistic model of ${count(users)} users (${count(events)} events), ${features} features, 5 folds: ${columns} coefficients from ${count(cells)} groups; ${runs === 1 ? '1 run' : `${runs} runs`}`,
    text: [table, ...beside].join('\n'),
  }
}
