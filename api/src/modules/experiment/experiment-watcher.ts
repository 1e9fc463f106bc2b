import { Repeater } from '@repeaterjs/repeater'
import type { ExperimentService } from './experiment.service.ts'

/** Something about an experiment that changed, and the id of it. */
export interface ExperimentChange {
  change: 'EXPERIMENT' | 'BATCH' | 'ANALYSIS' | 'MODEL'
  id: string
}

/** Hears of changes of experiments, whichever process made them. */
export interface ExperimentNotices {
  on(event: 'experiment', listener: (notice: ExperimentChange & { experimentId: string }) => void): unknown
  on(event: 'resumed', listener: () => void): unknown
  off(event: 'experiment', listener: (notice: ExperimentChange & { experimentId: string }) => void): unknown
  off(event: 'resumed', listener: () => void): unknown
}

/** Follows experiments. */
export class ExperimentWatcher {
  readonly #experiments: ExperimentService
  readonly #notices: ExperimentNotices

  constructor(experiments: ExperimentService, notices: ExperimentNotices) {
    this.#experiments = experiments
    this.#notices = notices
  }

  /** The experiment itself first, then every change about it. After a lost connection it comes again: read it anew. */
  watch(experimentId: string): AsyncIterableIterator<ExperimentChange> {
    return new Repeater<ExperimentChange>(async (push, stop) => {
      const waiting: ExperimentChange[] = []
      let wake = Promise.withResolvers<void>()
      const tell = (change: ExperimentChange): void => {
        // A change that waits already need not be told twice.
        if (!waiting.some(({ change: kind, id }) => kind === change.change && id === change.id)) waiting.push(change)
        wake.resolve()
      }
      const onNotice = (notice: ExperimentChange & { experimentId: string }): void => {
        if (notice.experimentId === experimentId) tell({ change: notice.change, id: notice.id })
      }
      const onResumed = (): void => tell({ change: 'EXPERIMENT', id: experimentId })
      this.#notices.on('experiment', onNotice)
      this.#notices.on('resumed', onResumed)
      let isStopped = false
      void stop.then(() => {
        isStopped = true
        wake.resolve()
      })
      try {
        const { id } = await this.#experiments.get(experimentId)
        await push({ change: 'EXPERIMENT', id })
        while (!isStopped) {
          const next = waiting.shift()
          if (next !== undefined) {
            await push(next)
            continue
          }
          await wake.promise
          wake = Promise.withResolvers()
        }
      } finally {
        this.#notices.off('experiment', onNotice)
        this.#notices.off('resumed', onResumed)
      }
    })
  }
}
