import { Repeater } from '@repeaterjs/repeater'
import type { ExperimentService } from './experiment.service.ts'

/** Something about an experiment that changed, and the id of it. */
export interface ExperimentChange {
  change: 'EXPERIMENT' | 'BATCH' | 'ANALYSIS' | 'MODEL'
  id: string
}

type ExperimentNotice = ExperimentChange & { experimentId: string }

/** Hears of changes of experiments, whichever process made them. */
export interface ExperimentNotices {
  on(event: 'experiment', listener: (notice: ExperimentNotice) => void): unknown
  on(event: 'resumed', listener: () => void): unknown
  off(event: 'experiment', listener: (notice: ExperimentNotice) => void): unknown
  off(event: 'resumed', listener: () => void): unknown
}

/** An experiment of which something changed. Null: whatever was read before may be behind. */
export interface AnyExperimentChange {
  experimentId: string | null
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
    return this.#follow<ExperimentChange>({
      first: async () => ({ change: 'EXPERIMENT', id: (await this.#experiments.get(experimentId)).id }),
      ofNotice: (notice) => (notice.experimentId === experimentId ? { change: notice.change, id: notice.id } : null),
      resumed: { change: 'EXPERIMENT', id: experimentId },
    })
  }

  /** That it has begun, then which experiment anything changed about. After a lost connection it begins again. */
  watchAll(): AsyncIterableIterator<AnyExperimentChange> {
    return this.#follow<AnyExperimentChange>({
      first: () => Promise.resolve({ experimentId: null }),
      ofNotice: ({ experimentId }) => ({ experimentId }),
      resumed: { experimentId: null },
    })
  }

  #follow<Message extends object>({ first, ofNotice, resumed }: Followed<Message>): AsyncIterableIterator<Message> {
    return new Repeater<Message>(async (push, stop) => {
      const waiting = new Map<string, Message>()
      let wake = Promise.withResolvers<void>()
      const tell = (message: Message): void => {
        // A change that waits already need not be told twice.
        waiting.set(JSON.stringify(message), message)
        wake.resolve()
      }
      const onNotice = (notice: ExperimentNotice): void => {
        const message = ofNotice(notice)
        if (message !== null) tell(message)
      }
      const onResumed = (): void => tell(resumed)
      this.#notices.on('experiment', onNotice)
      this.#notices.on('resumed', onResumed)
      let isStopped = false
      void stop.then(() => {
        isStopped = true
        wake.resolve()
      })
      try {
        await push(await first())
        while (!isStopped) {
          const [next] = waiting
          if (next !== undefined) {
            waiting.delete(next[0])
            await push(next[1])
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

interface Followed<Message> {
  first: () => Promise<Message>
  /** Null: it is none that is followed. */
  ofNotice: (notice: ExperimentNotice) => Message | null
  /** What is told when notices may have been missed. */
  resumed: Message
}
