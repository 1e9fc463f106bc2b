import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import type { ResultRow } from '../../analysis/result-row.ts'
import { STATISTICS_VERSION } from '../../analysis/settings.ts'
import type { AggregationPlan } from '../../engine/plan.ts'
import { type AnalysisQuestion, planOf } from './analysis-request.ts'

/**
 * What an answer was computed from, and a hash over it and over the answer: with it anybody can compute the same rows
 * again and see that they are the same. It is kept as a file beside the aggregates.
 */
export interface Certificate {
  question: AnalysisQuestion
  plan: AggregationPlan
  statisticsVersion: number
  /** Of random numbers; null: no method of an analysis draws any. */
  seed: number | null
  /** SHA-256 of the aggregates as canonical JSON. */
  aggregatesHash: string
  /** SHA-256 of the result rows as canonical JSON, in their order. */
  rowsHash: string
  /** SHA-256 over dataset version, plan, settings, metrics, variants, statistics version, seed, and the rows. */
  sha256: string
}

/** Canonical JSON: fields by name, numbers in their shortest form that reads back as the same double. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(stringify(value)!).digest('hex')
}

export function certify(question: AnalysisQuestion, rows: ResultRow[], aggregatesHash: string): Certificate {
  const certified = { question, plan: planOf(question), statisticsVersion: STATISTICS_VERSION, seed: null }
  return { ...certified, aggregatesHash, rowsHash: canonicalHash(rows), sha256: canonicalHash({ ...certified, rows }) }
}

/** The hash that a certificate should have, by what it says and the rows that are kept. */
export function hashOf({ question, plan, statisticsVersion, seed }: Certificate, rows: ResultRow[]): string {
  return canonicalHash({ question, plan, statisticsVersion, seed, rows })
}

/** Where the certificate of an analysis is kept. */
export function certificateKey({ experimentId, id }: { experimentId: string; id: string }): string {
  return `artifacts/${experimentId}/${id}/certificate.json`
}
