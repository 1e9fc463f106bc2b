import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { UploadEventsPayload } from '../batch/batch.input.ts'
import { plainMapping } from '../batch/batch.resolver.ts'
import type { BatchPayload } from '../batch/batch.service.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import { CompleteUploadInput, RequestUploadInput, RequestUploadPayload } from './upload.input.ts'
import type { RequestUploadPayload as Requested, UploadService } from './upload.service.ts'

@Resolver()
export class UploadResolver {
  readonly #uploads: UploadService

  constructor(uploads: UploadService) {
    this.#uploads = uploads
  }

  @Mutation(() => RequestUploadPayload, {
    description:
      'Asks for an address to send a large file to, straight into storage and going on where it broke. Small files go by uploadEvents.',
  })
  async requestUpload(
    @Arg('input', () => RequestUploadInput, { description: 'The file, and how to take it over.' })
    input: RequestUploadInput,
    @Ctx() { caller, serverUrl, origin }: RequestContext,
  ): Promise<Requested> {
    const experimentId = requireId('experiment', input.experimentId)
    const request = { ...input, experimentId, mapping: plainMapping(input.mapping), origin }
    // What a file is called says nothing of what is in it.
    const call = idempotentCall(caller, 'requestUpload', input.idempotencyKey, { ...input, fileName: null })
    const payload = await this.#uploads.request(request, call)
    const { upload } = payload
    if (upload === null || !upload.url.startsWith('/')) return payload
    // A browser may know this server by another name than it does itself, and would not be let go to that one.
    return { ...payload, upload: { ...upload, url: `${serverUrl ?? ''}${upload.url}` } }
  }

  @Mutation(() => UploadEventsPayload, {
    description:
      'Tells that all bytes of an upload were sent; the job then reads them. Told again it answers the same.',
  })
  completeUpload(
    @Arg('input', () => CompleteUploadInput, { description: 'The upload.' }) { uploadId }: CompleteUploadInput,
  ): Promise<BatchPayload> {
    return this.#uploads.complete(requireId('upload', uploadId))
  }
}
