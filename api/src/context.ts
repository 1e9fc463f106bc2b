import { createLoaders, type Loaders, type LoaderServices } from './loaders.ts'

/** What resolvers know of the request they serve. */
export interface RequestContext {
  requestId: string
  services: LoaderServices
  /** Batches and remembers the loads of this request. */
  loaders: Loaders
}

export function createContext(requestId: string, services: LoaderServices): RequestContext {
  return { requestId, services, loaders: createLoaders(services) }
}

/** Forgets what was loaded: each event of a subscription is a look of its own. */
export function forgetLoads(context: RequestContext): void {
  context.loaders = createLoaders(context.services)
}
