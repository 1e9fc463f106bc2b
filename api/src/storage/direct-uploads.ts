import type { StoredObject } from './object-store.ts'

/** An object that its sender puts into the store without going through GraphQL. */
export interface DirectUpload {
  id: string
  /** The key that the object gets. */
  key: string
  /** As announced: the object has exactly as many bytes. */
  sizeBytes: number
  /** Nothing that comes later is made an object. */
  expiresAt: Date
  /** What `begin` told to keep; null before it, and where nothing has to be kept. */
  session: string | null
}

/** Where to send the bytes, and with which headers: who has it may send, whoever that is. */
export interface UploadAddress {
  /** A path is one of this server. */
  url: string
  method: 'PUT'
  headers: { name: string; value: string }[]
}

/** An upload that was begun. */
export interface StartedUpload extends UploadAddress {
  /** Goes with the upload from now on. Whoever has it can send the bytes: a secret like the address. */
  session: string | null
}

/** What has come of an upload: all of it, which is an object now, or a part. */
export type FinishedUpload =
  { isComplete: true; object: StoredObject & { sha256: string } } | { isComplete: false; receivedBytes: number }

/**
 * Takes objects from whoever has a signed address: as a whole, or in pieces by `Content-Range`, going on where it broke.
 * The protocol is the one of resumable uploads that cloud storage has: an unfinished upload answers 308, with a `Range`
 * header for the bytes that are there; a finished one 200.
 */
export interface DirectUploads {
  /**
   * Makes room for an upload. Called again for the same one, what has come of it stays.
   *
   * @param origin of the page that will send the bytes; null for a program
   */
  begin(upload: DirectUpload, origin: string | null): Promise<StartedUpload>
  /**
   * Makes an object of an upload whose bytes are all there; nothing more is taken for it then. Called again, after a
   * crash or at the same time, it tells the same.
   */
  finish(upload: DirectUpload): Promise<FinishedUpload>
  /** Forgets an upload that was not finished, and its bytes. */
  discard(upload: Pick<DirectUpload, 'id' | 'key' | 'session'>): Promise<void>
}
