import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import 'graphiql/graphiql.css'
import './page.css'
import './workers.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { defineEditorThemes } from './editor-theme.ts'
import { forgetTabs } from './storage.ts'

const address = new URL(location.href)
if (address.searchParams.has('examples')) {
  forgetTabs()
  // Or loading the page again would forget the tabs again.
  address.searchParams.delete('examples')
  history.replaceState(null, '', address)
}
defineEditorThemes()
createRoot(document.getElementById('root') as HTMLElement).render(<App />)
