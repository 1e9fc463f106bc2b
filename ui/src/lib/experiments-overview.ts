import type { Analysis, AnalysisSummary, Effect, Experiment, ExperimentFilter, MetricResult, Page } from '@fairlift/sdk'
import { client } from './sdk.ts'

/** An experiment as the list shows it: with the users and the rows of its newest analysis. */
export type OverviewExperiment = Pick<
  Experiment,
  'id' | 'key' | 'name' | 'hypothesis' | 'status' | 'startAt' | 'endAt' | 'variants' | 'latestDatasetVersion'
> & {
  primaryMetric: { id: string; name: string } | null
  latestAnalysis: OverviewAnalysis | null
}

export type OverviewAnalysis = Pick<AnalysisSummary, 'id' | 'interim' | 'decision' | 'datasetVersion'> & {
  health: Pick<Analysis['health'][number], 'verdict'>[]
  variants: Pick<Analysis['variants'][number], 'users'>[]
  results: OverviewResult[]
}

export type OverviewResult = Pick<
  MetricResult,
  'metric' | 'treatment' | 'relativeEffect' | 'relativeNotComputable' | 'notComputable' | 'isSignificant'
> & { effect: Pick<Effect, 'estimate'> | null }

// One request for a page of the list: the SDK's own list has the verdicts, but no rows.
const query = /* GraphQL */ `
  query ExperimentsOverview($first: Int!, $after: String, $filter: ExperimentFilter) {
    experiments(first: $first, after: $after, filter: $filter) {
      nodes {
        id
        key
        name
        hypothesis
        status
        startAt
        endAt
        variants {
          id
          key
          name
          role
          trafficSplit
        }
        primaryMetric {
          id
          name
        }
        latestDatasetVersion {
          id
          number
          rows
          bytes
          createdAt
        }
        latestAnalysis {
          id
          interim
          health {
            verdict
          }
          decision {
            verdict
            summary
            reasons
            treatment {
              id
              key
              name
            }
          }
          datasetVersion {
            id
            number
            rows
            bytes
            createdAt
          }
          variants {
            users
          }
          results {
            metric {
              id
              key
              name
              kind
              goal
              format
            }
            treatment {
              id
              key
              name
            }
            effect {
              estimate
            }
            relativeEffect {
              estimate
              standardError
              confidenceInterval {
                kind
                level
                lower
                upper
                lowerUnbounded
                upperUnbounded
                gap {
                  lower
                  upper
                }
              }
            }
            relativeNotComputable {
              reason
              message
            }
            notComputable {
              reason
              message
            }
            isSignificant
          }
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`

interface Answer {
  experiments: { nodes: OverviewExperiment[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } }
}

export async function overviewPage(
  filter: ExperimentFilter,
  after: string | null,
  first: number,
  signal: AbortSignal,
): Promise<Page<OverviewExperiment>> {
  const { experiments } = await client.request<Answer>(query, { first, after, filter }, { signal })
  return { items: experiments.nodes, ...experiments.pageInfo }
}
