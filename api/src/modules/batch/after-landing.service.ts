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

  constructor(
    experiments: ExperimentService,
    unitTables: UnitTableService,
    autoRun: AutoRunService,
    copies: EventCopyService,
    compactions: CompactionService,
  ) {
    this.#experiments = experiments
    this.#unitTables = unitTables
    this.#autoRun = autoRun
    this.#copies = copies
    this.#compactions = compactions
  }

  /** Does the steps in their order, the result that people wait for first. */
  async follow(experimentId: string, signal: AbortSignal): Promise<void> {
    const experiment = await this.#experiments.get(experimentId)
    await this.#unitTables.update(experimentId, usualWindowOf(experiment), signal)
    await this.#autoRun.refresh(experimentId)
    await this.#copies.request(experimentId)
    await this.#compactions.requestWhenDue(experimentId)
  }
}
