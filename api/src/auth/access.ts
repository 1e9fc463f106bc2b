import type { Scope } from './scopes.ts'

/** The scope that a field needs, or several of which one is enough; `anyone`: to be known is enough. */
export type Need = Scope | readonly Scope[] | 'anyone'

const READ = 'experiments:read'
/** Who sent something may follow what becomes of it. */
const FOLLOW = [READ, 'events:write'] as const

/**
 * Who may do what: the scope of every root field, and of fields within answers that reveal more than the field that led
 * to them. A root field that is not here keeps the server from starting.
 */
export const rootNeeds: Record<'Query' | 'Mutation' | 'Subscription', Record<string, Need>> = {
  Query: {
    analysis: READ,
    apiKeys: 'admin',
    batch: FOLLOW,
    calibration: READ,
    compareVersions: READ,
    events: 'admin',
    experiment: READ,
    experiments: READ,
    job: FOLLOW,
    jobs: READ,
    metrics: READ,
    model: READ,
    planLooks: READ,
    planSample: READ,
    viewer: 'anyone',
  },
  Mutation: {
    archiveExperiment: 'experiments:write',
    calibrateExperiment: 'analyses:run',
    // And by the job's kind the scope of who may begin one.
    cancelJob: ['events:write', 'analyses:run'],
    compactDataset: 'admin',
    completeUpload: 'events:write',
    createApiKey: 'admin',
    createExperiment: 'experiments:write',
    defineMetric: 'experiments:write',
    eraseUser: 'admin',
    ingestEvents: 'events:write',
    previewUpload: 'events:write',
    requestUpload: 'events:write',
    revokeApiKey: 'admin',
    runAnalysis: 'analyses:run',
    startExperiment: 'experiments:write',
    stopExperiment: 'experiments:write',
    trainModel: 'analyses:run',
    updateExperiment: 'experiments:write',
    uploadEvents: 'events:write',
    verifyAnalysis: 'analyses:run',
  },
  Subscription: {
    experimentUpdated: READ,
    experimentsUpdated: READ,
    jobUpdated: FOLLOW,
  },
}

/** Fields of other types, as `Type.field`. */
export const nestedNeeds: Record<string, Need> = {
  'Batch.errors': 'events:write',
  'Batch.rejectsUrl': 'events:write',
  'Batch.rawUrl': 'admin',
  'Experiment.erasures': 'admin',
  'Job.analysis': READ,
  'Job.calibration': READ,
  'Job.model': READ,
  'Job.verification': READ,
}

/** Types of which each field needs a scope, but for some: who sends events learns where they went, and no results. */
export const typeNeeds: Record<string, { need: Need; open: readonly string[] }> = {
  Experiment: { need: READ, open: ['id', 'key', 'name'] },
}

/** Mutations that begin work, of which fewer may be sent than of requests at all. */
export const workStarters: ReadonlySet<string> = new Set([
  'calibrateExperiment',
  'compactDataset',
  'completeUpload',
  'eraseUser',
  'ingestEvents',
  'previewUpload',
  'runAnalysis',
  'trainModel',
  'uploadEvents',
  'verifyAnalysis',
])
