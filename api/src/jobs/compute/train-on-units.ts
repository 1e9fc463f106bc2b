import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PartFile } from '../../engine/engine.ts'
import type { FeaturePlan } from '../../engine/features/feature-plan.ts'
import { readFeatureCells } from '../../engine/polars/read-feature-cells.ts'
import type { UnitFile } from '../../engine/unit-table.ts'
import { cardToJson } from '../../models/card-json.ts'
import type { Provenance } from '../../models/model-card.ts'
import type { ModelQuestion } from '../../models/model-question.ts'
import { trainModel } from '../../models/train-model.ts'
import type { TrainingResult } from '../../models/training.ts'
import { modelCsv } from '../../reports/model-csv.ts'
import { CARD_FILE, TABLES_FILE } from './model-files.ts'

export interface TrainRequest {
  plan: FeaturePlan
  /** Names of the plan's variants, as the card has them. */
  variantKeys: string[]
  question: ModelQuestion
  provenance: Provenance
  /** Unit of the worth; null where values have none. */
  worthUnit: string | null
  parts: PartFile[]
  unitFiles: UnitFile[] | null
  /** Where the card and the tables are written. */
  folder: string
}

/** Share of the task that reading takes, for the progress bar. */
const READING_SHARE = 0.6

/** From parts to a model card: one pass over the data, then training on groups of users. */
export async function trainOnUnits(
  { plan, variantKeys, question, provenance, worthUnit, parts, unitFiles, folder }: TrainRequest,
  onProgress: (progress: { share: number }) => void,
): Promise<TrainingResult> {
  const read = await readFeatureCells(plan, parts, unitFiles, (share) => onProgress({ share: share * READING_SHARE }))
  onProgress({ share: READING_SHARE })
  const result = trainModel({
    cells: { ...read.cells, variants: variantKeys },
    question,
    provenance,
    traffic: { visitorsByDay: read.visitorsByDay },
    worth: read.worth === null ? null : { ...read.worth, unit: worthUnit },
  })
  if (result.kind !== 'computed') return result
  await writeFile(join(folder, CARD_FILE), cardToJson(result.card))
  await writeFile(join(folder, TABLES_FILE), modelCsv(result.card))
  return result
}
