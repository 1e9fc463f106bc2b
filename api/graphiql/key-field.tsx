import { useEffect, useState } from 'react'
import { apiKey, keepApiKey } from './api-key.ts'
import { post } from './fetcher.ts'

interface Viewer {
  name: string
}

/** Who one is to the server, and a field to say so. It is there where the server asks, and where a key is kept. */
export function KeyField() {
  const [viewer, setViewer] = useState<Viewer | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    void post({ query: '{ viewer { name } }' })
      .then(({ data, errors }) => {
        setViewer((data?.viewer as Viewer | undefined) ?? null)
        setProblem(errors?.[0]?.message ?? null)
      })
      .catch(() => undefined) // the server's silence is told when an operation is run
  }, [])

  if (apiKey() !== null && viewer !== null)
    return (
      <span className="key">
        <span title="The operations are sent with this API key">{viewer.name}</span>
        <button type="button" onClick={() => use(null)}>
          Forget key
        </button>
      </span>
    )
  if (problem === null) return null
  return (
    <form
      className="key"
      onSubmit={(event) => {
        event.preventDefault()
        use(String(new FormData(event.currentTarget).get('key')).trim())
      }}
    >
      <input
        name="key"
        type="password"
        required
        autoComplete="off"
        placeholder="API key (fl_live_…)"
        aria-label="API key"
        title={problem}
      />
      <button type="submit">Use</button>
    </form>
  )
}

/** The page begins anew: the schema is asked for with the key. */
function use(key: string | null): void {
  keepApiKey(key)
  location.reload()
}
