import { ComparedEffectsDocument, CompareVersionsDocument } from './_generated/graphql.ts'
import type { FairliftClient } from './client.ts'
import type { ResultOptions } from './started-work.ts'
import type { VersionComparison } from './types.ts'

/** Two versions of an experiment's data, by their numbers. */
export interface VersionPair {
  experimentId: string
  before: number
  after: number
}

/** Compares two versions, after the standard analysis of both where they have no answers to the same question. */
export async function compareVersions(
  client: FairliftClient,
  versions: VersionPair,
  options?: ResultOptions,
): Promise<VersionComparison> {
  const { experimentId, before, after } = versions
  const known = await client.request(ComparedEffectsDocument, { ...versions }, options)
  const { unavailable } = known.compareVersions.effects
  if (unavailable !== null && unavailable.reason !== 'NO_DATA') {
    for (const datasetVersion of [before, after])
      await client.runAnalysis({ experimentId, datasetVersion }, options).result(options)
  }
  return (await client.request(CompareVersionsDocument, { ...versions }, options)).compareVersions
}
