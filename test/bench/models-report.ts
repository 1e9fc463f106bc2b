import { count, goals, medianOf, megabytes, seconds, spreadOf, times, verdict } from './figures.ts'
import type { ModelsResult } from './models.ts'
import type { Report } from './report.ts'
import { textTable } from './text-table.ts'

/** Training beside fits of the users as rows, one line each. */
export function modelsReport(events: number, result: ModelsResult): Report {
  const { users, features, cells, columns, trainingMs, fromEventsMs, process, alone, scanMs, rowsMs, fits, notes } =
    result
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
      timed('Fairlift, users into groups: unit table', alone.groupMs),
      timed('  from the events', alone.groupEventsMs),
      timed('  fit of the groups', alone.fitMs),
      timed('  its five folds', alone.foldsMs),
      timed('DuckDB: bare scan of the events', scanMs),
      timed('  users with their features as rows', rowsMs),
      ...fits.flatMap(({ name, rows, fitMs, usualMs, foldsMs, peakBytes, farthest }) => [
        ...(usualMs === null ? [] : [[`${name}: fit, as it does by itself`, count(rows), seconds(usualMs)]]),
        [
          ...[`${name}: fit`, count(rows), seconds(fitMs), '', '', megabytes(peakBytes)],
          farthest === null ? '' : `${farthest.toExponential(1)} SE`,
        ],
        ...(foldsMs === null ? [] : [['  its five folds', count(rows), seconds(foldsMs)]]),
      ]),
    ],
  )
  const own = medianOf(trainingMs)
  const grouped = medianOf(alone.groupMs)
  const fitted = grouped + medianOf(alone.fitMs)
  const validated = fitted + medianOf(alone.foldsMs)
  const sklearn = fits.find(({ name }) => name.startsWith('scikit-learn'))
  const beside = [
    ...(sklearn === undefined
      ? []
      : [
          `Groups and fit, faster than a fit of the rows by scikit-learn as it does by itself: ${times(sklearn.usualMs! / fitted)} (goal: ${goals.models.text}, ${verdict(goals.models, sklearn.usualMs! / fitted)}).`,
          `  than one by its fastest solver: ${times(sklearn.fitMs / fitted)}; than that with the making of rows: ${times((medianOf(rowsMs) + sklearn.fitMs) / fitted)}.`,
          `  with five folds, than its fastest solver with five folds and the making of rows: ${times((medianOf(rowsMs) + sklearn.fitMs + sklearn.foldsMs!) / validated)}.`,
          `All of a model card, faster than making rows, fit and folds: ${times((medianOf(rowsMs) + sklearn.fitMs + sklearn.foldsMs!) / own)}.`,
        ]),
    `By the time of one bare scan: groups ${times(grouped / medianOf(scanMs))}, all ${times(own / medianOf(scanMs))} from the unit table, ${times(medianOf(fromEventsMs) / medianOf(scanMs))} from the events.`,
    `Peak memory of the compute child ${megabytes(process.child.peakBytes)} (goal: ${goals.childMemory.text}, ${verdict(goals.childMemory, process.child.peakBytes)}).`,
    ...notes,
  ]
  return {
    title: `A logistic model of ${count(users)} users (${count(events)} events), ${features} features, 5 folds: ${columns} coefficients from ${count(cells)} groups; ${runs === 1 ? '1 run' : `${runs} runs`}`,
    text: [table, ...beside].join('\n'),
  }
}
