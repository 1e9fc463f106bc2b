import { Arg, createUnionType, Ctx, Field, ID, ObjectType, Resolver, Root, Subscription } from 'type-graphql'
import { forgetLoads, type RequestContext } from '../../context.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import { AnalysisType } from '../analysis/analysis.type.ts'
import type { Batch } from '../batch/batch.service.ts'
import { BatchType } from '../batch/batch.type.ts'
import { requireId } from '../ids.ts'
import type { Model } from '../model/model.service.ts'
import { ModelType } from '../model/model.type.ts'
import type { AnyExperimentChange, ExperimentChange } from './experiment-watcher.ts'
import type { Experiment } from './experiment.service.ts'
import { ExperimentType } from './experiment.type.ts'

@ObjectType('ExperimentChanged', { description: 'The experiment itself was changed, or this is the first message.' })
export class ExperimentChanged {
  @Field(() => ExperimentType, { description: 'The experiment as it is now.' })
  experiment!: Experiment
}

@ObjectType('BatchChanged', { description: 'A batch was received, or its status changed.' })
export class BatchChanged {
  @Field(() => BatchType, { description: 'The batch as it is now.' })
  batch!: Batch
}

@ObjectType('AnalysisReady', { description: 'An analysis was computed.' })
export class AnalysisReady {
  @Field(() => AnalysisType, { description: 'The analysis.' })
  analysis!: Analysis
}

@ObjectType('ModelReady', { description: 'A model was trained.' })
export class ModelReady {
  @Field(() => ModelType, { description: 'The model.' })
  model!: Model
}

@ObjectType('ExperimentsUpdate', { description: 'Something about some experiment changed.' })
export class ExperimentsUpdate {
  @Field(() => ExperimentType, {
    nullable: true,
    description:
      'The experiment as it is now. Null in the first message, and where changes may have been missed: read anew what is shown.',
  })
  experiment!: Experiment | null
}

const ExperimentUpdate = createUnionType({
  name: 'ExperimentUpdate',
  description: 'Something about an experiment that changed.',
  types: () => [ExperimentChanged, BatchChanged, AnalysisReady, ModelReady] as const,
  resolveType: (value: object) =>
    'batch' in value
      ? BatchChanged
      : 'analysis' in value
        ? AnalysisReady
        : 'model' in value
          ? ModelReady
          : ExperimentChanged,
})

@Resolver()
export class ExperimentEventsResolver {
  @Subscription(() => ExperimentUpdate, {
    description:
      'The experiment as it is now, then whatever changes about it: batches, analyses, models, the experiment itself.',
    subscribe: ({ args, context }) => {
      const { watcher } = (context as RequestContext).services
      return watcher.watch(requireId('experiment', (args as { id: string }).id))
    },
  })
  async experimentUpdated(
    @Root() { change, id }: ExperimentChange,
    @Arg('id', () => ID, { description: 'The experiment.' }) _id: string,
    @Ctx() context: RequestContext,
  ): Promise<ExperimentChanged | BatchChanged | AnalysisReady | ModelReady> {
    forgetLoads(context)
    const { loaders } = context
    if (change === 'BATCH') return { batch: (await loaders.batch.load(id))! }
    if (change === 'ANALYSIS') return { analysis: (await loaders.analysis.load(id))! }
    if (change === 'MODEL') return { model: (await loaders.model.load(id))! }
    return { experiment: (await loaders.experiment.load(id))! }
  }

  @Subscription(() => ExperimentsUpdate, {
    description:
      'Which experiment anything changed about, new ones too: what a list of experiments follows. It begins with a message of none.',
    subscribe: ({ context }) => (context as RequestContext).services.watcher.watchAll(),
  })
  async experimentsUpdated(
    @Root() { experimentId }: AnyExperimentChange,
    @Ctx() context: RequestContext,
  ): Promise<ExperimentsUpdate> {
    forgetLoads(context)
    return { experiment: experimentId === null ? null : await context.loaders.experiment.load(experimentId) }
  }
}
