import { AppError } from '../../errors.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { EventCopyService } from './event-copy.service.ts'
import type { EventRepository, StoredEvent } from './event.repository.ts'

export type { StoredEvent }

/** What is asked for. */
export interface EventsRequest extends PageRequest {
  experimentId: string
  userId?: string | null
  type?: string | null
  /** Key of a variant. */
  variant?: string | null
  from?: Date | null
  to?: Date | null
}

/** How much of the newest version can be looked at. */
export interface EventCoverage {
  totalRows: number
  copiedRows: number
  isComplete: boolean
  /** Why events are missing, for people; null when none are. */
  message: string | null
}

/** Single events of an experiment, to be looked at. */
export class EventService {
  readonly #events: EventRepository
  readonly #copies: EventCopyService
  readonly #experiments: ExperimentService

  constructor(events: EventRepository, copies: EventCopyService, experiments: ExperimentService) {
    this.#events = events
    this.#copies = copies
    this.#experiments = experiments
  }

  /**
   * Events of the newest version, newest first.
   *
   * @throws AppError NOT_FOUND; BAD_INPUT for a page size or cursor that is none, or a variant that there is not
   */
  async page({ experimentId, first, after, variant, ...filter }: EventsRequest): Promise<Page<StoredEvent>> {
    requirePageSize(first)
    await this.#experiments.get(experimentId)
    const variantId = variant == null ? null : await this.#variantId(experimentId, variant)
    return this.#events.page(experimentId, { first, after }, { ...filter, variantId })
  }

  async coverage(experimentId: string): Promise<EventCoverage> {
    const { totalRows, copiedRows, wantedRows } = await this.#copies.state(experimentId)
    if (copiedRows === totalRows) return { totalRows, copiedRows, isComplete: true, message: null }
    const [copied, wanted, total] = [copiedRows, wantedRows, totalRows].map((rows) => rows.toLocaleString('en'))
    const message =
      wantedRows === 0
        ? 'This server copies no events to look at (EVENTS_TABLE=none). Results are complete all the same.'
        : copiedRows === wantedRows
          ? `The first ${copied} of ${total} events can be looked at: the server’s EVENTS_TABLE allows no more. Results are of all events.`
          : (await this.#copies.isCopying(experimentId))
            ? `${copied} of ${wanted} events can be looked at so far: they are being copied.`
            : `${copied} of ${wanted} events can be looked at: copying has stopped, and goes on after the next upload.`
    return { totalRows, copiedRows, isComplete: false, message }
  }

  async #variantId(experimentId: string, key: string): Promise<string> {
    const variants = await this.#experiments.variantsOf([experimentId])
    const variant = variants.find((one) => one.key === key)
    if (variant !== undefined) return variant.id
    const known = variants.map((one) => `"${one.key}"`).join(', ')
    throw new AppError('BAD_INPUT', `The experiment has no variant "${key}". It has: ${known}.`, {
      details: { argument: 'variant' },
    })
  }
}
