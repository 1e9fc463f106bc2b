/** Where the reader is. Every place has an address of its own, so that it can be linked to and gone back to. */
export type Route =
  | { page: 'dashboard' }
  | { page: 'new-experiment' }
  | { page: 'api-keys' }
  | ExperimentRoute
  | { page: 'not-found'; path: string }

export interface ExperimentRoute {
  page: 'experiment'
  key: string
  view: ExperimentView
  /** The analysis that is asked for. Null: the newest. */
  analysisId: string | null
  modelId: string | null
  /** The analyses to be compared. Null: the two newest. */
  before: string | null
  after: string | null
}

const VIEWS = ['results', 'compare', 'models', 'data', 'setup'] as const
export type ExperimentView = (typeof VIEWS)[number]

/** Taken as an experiment's key by its own page. */
export const RESERVED_KEY = 'new'

export function routeOf(url: URL): Route {
  const parts = url.pathname.split('/').filter(Boolean).map(decoded)
  const [first, second, third] = parts
  if (parts.length === 0) return { page: 'dashboard' }
  if (parts.length === 1 && first === 'keys') return { page: 'api-keys' }
  if (first === 'experiments') {
    if (parts.length === 1) return { page: 'dashboard' }
    if (parts.length === 2 && second === RESERVED_KEY) return { page: 'new-experiment' }
    const view = third ?? 'results'
    if (parts.length <= 3 && isView(view)) {
      const { searchParams } = url
      return {
        page: 'experiment',
        key: second!,
        view,
        analysisId: searchParams.get('analysis'),
        modelId: searchParams.get('model'),
        before: searchParams.get('before'),
        after: searchParams.get('after'),
      }
    }
  }
  return { page: 'not-found', path: url.pathname }
}

function isView(name: string): name is ExperimentView {
  return VIEWS.some((view) => view === name)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a stray % is part of a key that does not exist
  }
}

export function experimentPath(
  key: string,
  view: ExperimentView = 'results',
  analysisId: string | null = null,
): string {
  const path = `/experiments/${encodeURIComponent(key)}${view === 'results' ? '' : `/${view}`}`
  return analysisId === null ? path : `${path}?analysis=${encodeURIComponent(analysisId)}`
}

/** Two analyses of an experiment, side by side. */
export function comparePath(key: string, before: string, after: string): string {
  return `${experimentPath(key, 'compare')}?before=${encodeURIComponent(before)}&after=${encodeURIComponent(after)}`
}

/** One model of an experiment. */
export function modelPath(key: string, id: string): string {
  return `${experimentPath(key, 'models')}?model=${encodeURIComponent(id)}`
}

class Router {
  current = $state.raw<Route>(routeOf(new URL(location.href)))
  /** How often the reader went to another page: the first one is loaded, not gone to. */
  moves = $state(0)

  constructor() {
    addEventListener('popstate', () => this.#show())
    document.addEventListener('click', (event) => this.#follow(event))
  }

  go(path: string): void {
    history.pushState(null, '', path)
    scrollTo(0, 0)
    this.#show()
  }

  #show(): void {
    this.current = routeOf(new URL(location.href))
    this.moves++
  }

  /** Links are plain links; those to pages of this application are followed without loading it again. */
  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return
    const isPage = ['/', '/keys'].includes(link.pathname) || link.pathname.startsWith('/experiments')
    if (!isPage || link.getAttribute('href')?.startsWith('#')) return
    event.preventDefault()
    this.go(link.pathname + link.search + link.hash)
  }
}

export const router = new Router()
