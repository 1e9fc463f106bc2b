import type { UploadProgress } from './multipart.ts'
import type { ListOptions, Page } from './paginate.ts'
import type { RetryPolicy } from './retry.ts'
import type { StartedWork } from './started-work.ts'
import type { CallOptions } from './transport.ts'
import type * as types from './types.ts'
import type { UploadFile } from './upload.ts'

export interface ClientOptions {
  /** Address of the server, such as `http://127.0.0.1:4000`, with or without `/graphql`; in browsers also a path. */
  url: string
  /** API key or access token, or what gets one; sent as bearer token. None: the server is asked without. */
  apiKey?: string | (() => string | null | Promise<string | null>)
  /** Replaces the platform's `fetch`. */
  fetch?: typeof fetch
  /** The WebSocket class to use; needed where the platform has none (Node 20). */
  webSocketImpl?: unknown
  /** What differs from the default policy. */
  retry?: Partial<RetryPolicy>
}

/** What an upload is answered with. */
export interface UploadPayload {
  batch: types.Batch
  /** The job that reads the file. Null when the batch was there already and its job is gone from the records. */
  job: types.Job | null
  /** Whether the same content was there already: nothing is taken twice. It is read again where its job had failed or was cancelled. */
  reused: boolean
}

/** An upload under way: resolves to the batch when the server has the bytes; `result()` waits until it has landed. */
export type Upload = StartedWork<UploadPayload, types.Batch, types.Batch>

/** An analysis that was asked for: resolves to its job at once; `result()` waits for the answer. */
export type AnalysisRun = StartedWork<{ job: types.Job }, types.Job, types.Analysis>

export interface UploadEventsOptions extends types.UploadEventsInput, CallOptions {
  file: UploadFile
  /** Name of the file. By default its own. */
  fileName?: string
  /** Called while the file is being sent. */
  onProgress?: (progress: UploadProgress) => void
}

/** Which events to list. */
export interface EventsOptions extends ListOptions {
  experimentId: string
  /** Of this user, as the file calls them. */
  userId?: string
  type?: string
  /** Key of the variant that they name. */
  variant?: string
  /** From then on, and before then: ISO 8601. */
  from?: string
  to?: string
}

/** A page of events, and how many of all can be listed: copying them goes on after a batch has landed. */
export type EventPage = Page<types.Event> & types.EventCoverage

export interface PreviewUploadOptions extends CallOptions {
  file: Blob
  /** Helps to recognise the variants. */
  experimentId?: string
}
