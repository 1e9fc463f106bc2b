export { type CreatedApiKey } from './access-calls.ts'
export { type CalibrationRun } from './calibration-calls.ts'
export { type ChartOptions } from './chart-calls.ts'
export {
  type AnalysisRun,
  type ClientOptions,
  type EventPage,
  type EventsOptions,
  type PreviewUploadOptions,
  type Upload,
  type UploadEventsOptions,
  type UploadPayload,
} from './client-options.ts'
export { createClient, FairliftClient } from './client.ts'
export { type VersionPair } from './compare-versions.ts'
export {
  FairliftAccessError,
  FairliftBatchError,
  FairliftError,
  FairliftJobError,
  FairliftLimitError,
  FairliftNetworkError,
  FairliftUserError,
  serverErrorCodes,
  type ClientErrorCode,
  type ErrorCode,
  type ServerErrorCode,
} from './errors.ts'
export { type ModelTraining } from './model-calls.ts'
export { type DownloadedReport, type ReportOptions } from './report-calls.ts'
export { type StreamSource, type UploadProgress } from './multipart.ts'
export { PagedList, type ListOptions, type Page, type PageRequest } from './paginate.ts'
export { type RetryPolicy } from './retry.ts'
export { StartedWork, type ResultOptions } from './started-work.ts'
export { type CallOptions, type RequestOptions } from './transport.ts'
export { type DocumentTypeDecoration, type TypedDocument } from './typed-document.ts'
export type * from './types.ts'
export { type UploadFile } from './upload.ts'
export { hasEnded } from './watch.ts'
