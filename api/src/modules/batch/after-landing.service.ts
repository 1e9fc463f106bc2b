import type { AutoRunService } from '../analysis/auto-run.service.ts'
import type { EventCopyService } from '../event/event-copy.service.ts'

/**
 * What follows from a batch that has landed. It is done again when the worker dies between the landing and its end, so
 * each step finds out by itself whether there is anything left to do. Whatever takes long is queued as a job of its own:
 * who waits for the batch waits for this.
 */
export class AfterLandingService {
  readonly #autoRun: AutoRunService
  readonly #copies: EventCopyService

  constructor(autoRun: AutoRunService, copies: EventCopyService) {
    this.#autoRun = autoRun
    this.#copies = copies
  }

  /** Does the steps in their order, the result that people wait for first. */
  async follow(experimentId: string): Promise<void> {
    await this.#autoRun.refresh(experimentId)
    await this.#copies.request(experimentId)
  }
}
