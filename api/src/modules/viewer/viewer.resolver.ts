import { Ctx, Query, Resolver } from 'type-graphql'
import type { Caller } from '../../auth/caller.ts'
import type { RequestContext } from '../../context.ts'
import { ViewerType, type ViewerKind } from './viewer.type.ts'

const kinds: Record<Caller['kind'], ViewerKind> = { local: 'LOCAL', apiKey: 'API_KEY', token: 'TOKEN' }

@Resolver(() => ViewerType)
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'Who sends this request, and what they may do.' })
  viewer(@Ctx() { caller }: RequestContext): ViewerType {
    const { kind, id, name, scopes, expiresAt } = caller
    return { kind: kinds[kind], id, name, scopes: [...scopes], expiresAt }
  }
}
