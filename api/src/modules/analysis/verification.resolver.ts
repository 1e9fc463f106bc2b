import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import type { FileSigner } from '../../http/file-signer.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import type { Analysis } from './analysis.service.ts'
import { AnalysisType } from './analysis.type.ts'
import { certificateKey } from './certificate.ts'
import type { Verification, VerificationService, VerificationSource } from './verification.service.ts'
import {
  CertificateType,
  VerificationSourceEnum,
  VerificationType,
  VerifyAnalysisPayload,
} from './verification.type.ts'

@Resolver(() => AnalysisType)
export class VerificationResolver {
  readonly #verifications: VerificationService
  readonly #files: FileSigner

  constructor(verifications: VerificationService, files: FileSigner) {
    this.#verifications = verifications
    this.#files = files
  }

  @Mutation(() => VerifyAnalysisPayload, {
    description: 'Computes an analysis again, to see whether what is stored is what was computed. Changes nothing.',
  })
  async verifyAnalysis(
    @Arg('id', () => ID, { description: 'The analysis.' }) id: string,
    @Arg('source', () => VerificationSourceEnum, { defaultValue: 'AGGREGATES', description: 'From what.' })
    source: VerificationSource,
    @Arg('idempotencyKey', () => String, {
      nullable: true,
      description:
        'For the source DATA: the same key for the same analysis answers with the same job, until it fails or is cancelled; for another one with a CONFLICT. By default there is a new job each time.',
    })
    key: string | null,
    @Ctx() { caller }: RequestContext,
  ): Promise<VerifyAnalysisPayload> {
    const analysisId = requireId('analysis', id)
    if (source !== 'DATA')
      return { verification: await this.#verifications.verify(analysisId), job: null, userErrors: [] }
    const call = idempotentCall(caller, 'verifyAnalysis', key, { analysisId, source })
    return { verification: null, ...(await this.#verifications.request(analysisId, call)) }
  }

  @FieldResolver(() => CertificateType, {
    nullable: true,
    description: 'By which it can be verified. Null when it was computed before there were certificates.',
  })
  async certificate(@Root() analysis: Analysis): Promise<CertificateType | null> {
    const certificate = await this.#verifications.certificateOf(analysis)
    if (certificate === null) return null
    const { sha256, rowsHash, aggregatesHash, statisticsVersion, seed } = certificate
    const url = this.#files.url(certificateKey(analysis), `fairlift-certificate-${analysis.id.slice(0, 8)}.json`)
    return { sha256, rowsHash, aggregatesHash, statisticsVersion, seed, url }
  }
}

@Resolver(() => JobType)
export class JobVerificationResolver {
  readonly #verifications: VerificationService

  constructor(verifications: VerificationService) {
    this.#verifications = verifications
  }

  @FieldResolver(() => VerificationType, {
    nullable: true,
    description: 'What a verification from the data found. Null before, and for other kinds.',
  })
  verification(@Root() job: Job): Promise<Verification | null> {
    return this.#verifications.foundBy(job)
  }
}
