import type { Analysis, VersionComparison } from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'

export type DataChange = Pick<VersionComparison, 'events' | 'users'>

const dataChangeQuery = /* GraphQL */ `
  query DataChange($experimentId: ID!, $before: Int!, $after: Int!) {
    compareVersions(experimentId: $experimentId, before: $before, after: $after) {
      events {
        before
        after
        added
        removed
        erased
      }
      users {
        all {
          before
          after
          added
          removed
        }
        exposed {
          before
          after
          added
          removed
        }
      }
    }
  }
`

/** Two analyses of an experiment, read to be looked at side by side. */
export class ComparedAnalyses {
  pair = $state.raw<{ before: Analysis; after: Analysis } | null>(null)
  /** How the data between them changed. Null: not read yet, or they are of one version. */
  data = $state.raw<DataChange | null>(null)
  error = $state.raw<unknown>(null)
  #wanted = ''

  async load(before: string, after: string): Promise<void> {
    const wanted = `${before} ${after}`
    if (wanted === this.#wanted && this.error === null) return
    this.#wanted = wanted
    this.error = null
    this.data = null
    try {
      const [earlier, later] = await Promise.all([client.analysis(before), client.analysis(after)])
      if (this.#wanted !== wanted) return
      this.pair = { before: earlier, after: later }
      const data = await this.#dataChange(earlier, later)
      if (this.#wanted === wanted) this.data = data
    } catch (error) {
      if (this.#wanted === wanted) this.error = error
    }
  }

  async #dataChange(before: Analysis, after: Analysis): Promise<DataChange | null> {
    const numbers = { before: before.datasetVersion.number, after: after.datasetVersion.number }
    // The versions are in order of time; of analyses the reader chooses which comes first.
    if (numbers.before >= numbers.after) return null
    const variables = { experimentId: after.experiment.id, ...numbers }
    // The SDK's own call runs analyses where there are none: here there are two, and only the data are asked for.
    return (await client.request<{ compareVersions: DataChange }>(dataChangeQuery, variables)).compareVersions
  }
}
