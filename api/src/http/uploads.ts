import type { FastifyInstance } from 'fastify'
import processRequest from 'graphql-upload/processRequest.mjs'
import { AppError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    isMultipart?: boolean
    /** Settles when the whole body of an upload has come in. */
    uploadEnd?: Promise<unknown>
  }
}

/** The part of a multipart request that is no file: the GraphQL operation and where the file goes. */
const MAX_FIELD_BYTES = 4 << 20

/** Takes GraphQL multipart requests: files become streams in the variables, everything else is as in JSON. */
export function registerUploads(server: FastifyInstance, maxFileSize: number): void {
  server.addContentTypeParser('multipart/form-data', (request, _payload, done) => {
    request.isMultipart = true
    done(null)
  })
  server.addHook('preValidation', async (request, reply) => {
    if (request.isMultipart !== true) return
    request.uploadEnd = new Promise((resolve) => request.raw.once('end', resolve).once('close', resolve))
    try {
      request.body = await processRequest(request.raw, reply.raw, {
        maxFileSize,
        maxFiles: 1,
        maxFieldSize: MAX_FIELD_BYTES,
      })
    } catch (cause) {
      const { status, message } = cause as Error & { status?: number }
      // What the parser says of a body that is no multipart has no status, though it is the caller's mistake.
      throw status === undefined
        ? new AppError('BAD_INPUT', `The upload cannot be read: ${message}.`, { cause })
        : cause
    }
  })
  // An answer that comes while the client is still sending looks to it like a broken connection.
  server.addHook('onSend', async ({ uploadEnd, raw }, _reply, payload) => {
    if (uploadEnd === undefined) return payload
    raw.resume()
    await uploadEnd
    return payload
  })
}
