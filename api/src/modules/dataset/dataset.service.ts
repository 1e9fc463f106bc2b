import type { DatasetRepository, DatasetVersion } from './dataset.repository.ts'

export type { DatasetVersion }

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

  /** Names of the attributes that the newest versions have: results can be broken down by them. */
  attributesOf(experimentIds: readonly string[]): Promise<{ experimentId: string; attribute: string }[]> {
    return this.#repository.attributesOf(experimentIds)
  }
}
