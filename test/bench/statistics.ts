import { runScript } from './bare/run-bare.ts'
import { goals, medianOf, spreadOf, verdict } from './figures.ts'
import type { Report } from './report.ts'
import { textTable } from './text-table.ts'

/** What the statistics of one analysis take, on one core, without reading any data. */
export interface StatisticsFigures {
  comparisons: number
  /** The first run of the process, before anything is compiled. */
  first: { ms: number; cpuMs: number }
  ms: number[]
  cpuMs: number[]
}

/** What a peer written in Python takes for one comparison, as its authors publish it. */
const PEER_MS_A_COMPARISON = 5.5
/** A run takes a tenth of a second. */
const RUNS = 20

export function benchStatistics(): Promise<StatisticsFigures> {
  return runScript<StatisticsFigures>('../../../api/src/analysis/analysis.bench.ts', [String(RUNS)])
}

export function statisticsReport({ comparisons, first, ms, cpuMs }: StatisticsFigures): Report {
  const inMs = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  const line = (name: string, own: number[], firstMs: number) => {
    const { median, least, greatest } = spreadOf(own)
    return [name, inMs(median), inMs(least), inMs(greatest), inMs(firstMs)]
  }
  const each = medianOf(cpuMs) / comparisons
  return {
    title: `Statistics of 10 metrics, 3 treatments and 20 segments (${comparisons} comparisons) from aggregates, ${ms.length} runs`,
    text: [
      textTable(
        ['', 'median', 'least', 'greatest', 'first of a process'],
        [line('wall', ms, first.ms), line('processor', cpuMs, first.cpuMs)],
      ),
      `Goal: ${goals.statistics.text} of the processor, ${verdict(goals.statistics, medianOf(cpuMs))}.`,
      `A comparison takes ${inMs(each)}, with its intervals at two levels; in a Python peer ${PEER_MS_A_COMPARISON} ms (published figure).`,
    ].join('\n'),
  }
}
