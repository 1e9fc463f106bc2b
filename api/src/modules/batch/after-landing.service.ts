import type { Logger } from '../../logger.ts'
import { usualWindowOf } from '../analysis/analysis-request.ts'
import type { AutoRunService } from '../analysis/auto-run.service.ts'
import type { CompactionService } from '../dataset/compaction.service.ts'
import type { UnitTableService } from '../dataset/unit-table.service.ts'
import type { EventCopyService } from '../event/event-copy.service.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'

/**
 * What follows from a batch that has landed. It is done again when the worker dies between the landing and its end, so
 * each step finds out by itself whether there is anything left to do. Whatever takes long is queued as a job of its own:
 * who waits for the batch waits for this.
 */
export class AfterLandingService {
  readonly #experiments: ExperimentService
  readonly #unitTables: UnitTableService
  readonly #autoRun: AutoRunService
  readonly #copies: EventCopyService
  readonly #compactions: CompactionService
  readonly #logger: Logger

  constructor(
    experiments: ExperimentService,
    unitTables: UnitTableService,
    autoRun: AutoRunService,
    copies: EventCopyService,
    compactions: CompactionService,
    logger: Logger,
  ) {
    this.#experiments = experiments
    this.#unitTables = unitTables
    this.#autoRun = autoRun
    this.#copies = copies
    this.#compactions = compactions
    this.#logger = logger
  }

  /** Does the steps in their order, the result that people wait for first. */
  async follow(experimentId: string, signal: AbortSignal): Promise<void> {
    await this.#updateUnitTable(experimentId, signal)
    await this.#autoRun.refresh(experimentId)
    await this.#copies.request(experimentId)
    await this.#compactions.requestWhenDue(experimentId)
  }

  /** Without it analyses take longer and say the same: its failure must not be that of the batch. */
  async #updateUnitTable(experimentId: string, signal: AbortSignal): Promise<void> {
    try {
      const experiment = await this.#experiments.get(experimentId)
      await this.#unitTables.update(experimentId, usualWindowOf(experiment), signal)
    } catch (error) {
      if (signal.aborted) throw error
      this.#logger.warn({ err: error, experimentId }, 'the unit table was not updated; analyses read the events')
    }
  }
}
