export type Theme = 'light' | 'dark'

const KEY = 'fairlift:theme'
const system = matchMedia('(prefers-color-scheme: dark)')

/** Light or dark: as the system says until the reader chooses, and then as chosen, on the next visit too. */
class ThemeChoice {
  #chosen = $state<Theme | null>(remembered())
  #system = $state<Theme>(system.matches ? 'dark' : 'light')

  constructor() {
    system.addEventListener('change', ({ matches }) => (this.#system = matches ? 'dark' : 'light'))
    this.#apply()
  }

  get current(): Theme {
    return this.#chosen ?? this.#system
  }

  toggle(): void {
    const next = this.current === 'dark' ? 'light' : 'dark'
    // Back at the system's own: follow it again.
    this.#chosen = next === this.#system ? null : next
    try {
      if (this.#chosen === null) localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, this.#chosen)
    } catch {
      // Storage is switched off: the choice holds until the page is closed.
    }
    this.#apply()
  }

  #apply(): void {
    if (this.#chosen === null) delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = this.#chosen
  }
}

function remembered(): Theme | null {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'light' || kept === 'dark' ? kept : null
  } catch {
    return null
  }
}

export const theme = new ThemeChoice()
