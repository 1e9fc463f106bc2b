const files = import.meta.glob<string>('./examples/*.graphql', { query: '?raw', import: 'default', eager: true })

/** The operations of the tour; Vite lists the files in the order of their names. */
export const examples = Object.values(files)
