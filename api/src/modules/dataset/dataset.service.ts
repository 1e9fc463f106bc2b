import { notFound } from '../../errors.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { DatasetRepository, DatasetVersion, NameInData } from './dataset.repository.ts'

export type { DatasetVersion, NameInData }

export class DatasetService {
  readonly #repository: DatasetRepository

  constructor(repository: DatasetRepository) {
    this.#repository = repository
  }

  byIds(ids: readonly string[]): Promise<DatasetVersion[]> {
    return this.#repository.byIds(ids)
  }

  latestOf(experimentIds: readonly string[]): Promise<DatasetVersion[]> {
    return this.#repository.latestOf(experimentIds)
  }

  page(experimentId: string, request: PageRequest): Promise<Page<DatasetVersion>> {
    requirePageSize(request.first)
    return this.#repository.page(experimentId, request)
  }

  firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<DatasetVersion>>> {
    requirePageSize(first)
    return this.#repository.firstPages(experimentIds, first)
  }

  /** How many parts versions have. */
  partCounts(versionIds: readonly string[]): Promise<{ id: string; parts: number }[]> {
    return this.#repository.partCounts(versionIds)
  }

  /** One version, by its number. Throws AppError NOT_FOUND. */
  async version(experimentId: string, number: number): Promise<DatasetVersion> {
    const version = await this.#repository.version(experimentId, number)
    if (version === null) throw notFound('dataset version', String(number))
    return version
  }

  /** Names of the attributes, and types of the events, that the newest versions have: segments and metrics are made of them. */
  namesOf(experimentIds: readonly string[]): Promise<NameInData[]> {
    return this.#repository.namesOf(experimentIds)
  }
}
