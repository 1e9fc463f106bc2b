import type { TrainingResult } from '../../models/training.ts'
import { type TrainRequest, trainOnUnits } from './train-on-units.ts'
import { countUnits, type CountUnitsRequest, type UnitChange } from '../../engine/polars/count-units.ts'
import { compareParts, type CompareRequest, type CompareResult } from '../../ingest/compare-parts.ts'
import { curate, type CurateRequest, type CurateResult } from '../../ingest/curate.ts'
import { findUser, type FindUserRequest } from '../../ingest/find-user.ts'
import { mergeParts, type MergeRequest, type MergeResult } from '../../ingest/merge-parts.ts'
import { previewFile, type PreviewRequest, type FilePreview } from '../../ingest/preview-file.ts'
import { writeCopyText, type CopyTextRequest, type CopyTextResult } from '../../ingest/write-copy-text.ts'
import { updateUnitTable, type UnitTableRequest, type UnitTableResult } from '../../engine/polars/update-unit-table.ts'
import { removeUser, type RemoveUserRequest, type RemoveUserResult } from '../../ingest/remove-user.ts'
import { recomputeRows, type RecomputeRequest, type RecomputeResult } from './recompute-rows.ts'
import { calibrateUnits, type CalibrateRequest } from './calibrate-units.ts'
import type { CalibrationRow } from '../../analysis/calibration/calibrate.ts'
import type { DrawRequest } from './draw-chart.ts'
import type { ReportDocument } from '../../reports/pdf/report-document.ts'
import type { ParquetRequest } from './render-parquet.ts'
import { analyseParts, type AnalyseRequest, type AnalyseResult } from './analyse-parts.ts'

/** What a compute child can be asked to do: request, answer, and what it tells on the way. */
export interface ComputeTasks {
  preview: { request: PreviewRequest; result: FilePreview; progress: never }
  curate: {
    request: CurateRequest
    result: CurateResult
    progress: { rows: number; bytesRead: number; bytesTotal: number }
  }
  compareParts: { request: CompareRequest; result: CompareResult; progress: never }
  mergeParts: { request: MergeRequest; result: MergeResult; progress: { share: number } }
  findUser: { request: FindUserRequest; result: boolean[]; progress: never }
  removeUser: { request: RemoveUserRequest; result: RemoveUserResult; progress: { share: number } }
  countUnits: { request: CountUnitsRequest; result: UnitChange; progress: never }
  writeCopyText: { request: CopyTextRequest; result: CopyTextResult; progress: never }
  updateUnitTable: { request: UnitTableRequest; result: UnitTableResult; progress: never }
  recompute: { request: RecomputeRequest; result: RecomputeResult; progress: never }
  analyse: { request: AnalyseRequest; result: AnalyseResult; progress: { share: number } }
  calibrate: { request: CalibrateRequest; result: CalibrationRow[]; progress: { share: number } }
  draw: { request: DrawRequest; result: Uint8Array; progress: never }
  renderPdf: { request: ReportDocument; result: Uint8Array; progress: never }
  renderParquet: { request: ParquetRequest; result: Uint8Array; progress: never }
  train: { request: TrainRequest; result: TrainingResult; progress: { share: number } }
}

export type ComputeTask = keyof ComputeTasks

type Handlers = {
  [Task in ComputeTask]: (
    request: ComputeTasks[Task]['request'],
    onProgress: (progress: ComputeTasks[Task]['progress']) => void,
  ) => Promise<ComputeTasks[Task]['result']>
}

export const handlers: Handlers = {
  preview: previewFile,
  curate,
  compareParts,
  countUnits,
  writeCopyText,
  updateUnitTable: (request) => updateUnitTable(request),
  mergeParts,
  findUser,
  removeUser,
  recompute: (request) => recomputeRows(request),
  analyse: analyseParts,
  calibrate: calibrateUnits,
  // Children that never draw do without Vega.
  draw: async (request) => (await import('./draw-chart.ts')).drawChart(request),
  train: trainOnUnits,
  renderPdf: async (request) => (await import('../../drawing/render-pdf.ts')).renderPdf(request),
  renderParquet: async (request) => (await import('./render-parquet.ts')).renderParquet(request),
}
