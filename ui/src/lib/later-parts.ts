/**
 * The parts of the pages that the first look does not need: the list and the results come at once, these with the idle
 * moment after, so that they are there when they are asked for, and when the server is away.
 */
export const laterParts = {
  experimentForm: () => import('../components/experiment-form.svelte'),
  setupView: () => import('../components/setup-view.svelte'),
  dataView: () => import('../components/data-view.svelte'),
  modelsView: () => import('../components/models-view.svelte'),
  apiKeysPage: () => import('../pages/api-keys.svelte'),
  compareView: () => import('../components/compare-view.svelte'),
}

const IDLE_AFTER_MS = 1500

/** Fetches them once the page has come to rest. */
export function fetchLaterParts(): void {
  setTimeout(() => {
    // One that fails is asked for again when it is needed, and says so then.
    for (const part of Object.values(laterParts)) void part().catch(() => undefined)
  }, IDLE_AFTER_MS)
}
