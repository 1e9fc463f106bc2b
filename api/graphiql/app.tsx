import { useEffect } from 'react'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { GraphiQL } from 'graphiql'
import { editorTheme } from './editor-theme.ts'
import { examples } from './examples.ts'
import { fetcher } from './fetcher.ts'
import { KeyField } from './key-field.tsx'
import { isFilledIn, rememberFilledIn } from './storage.ts'
import { findVariables } from './variables.ts'

const tabs = examples.map((query) => ({ query }))

export function App() {
  return (
    <GraphiQL fetcher={fetcher} defaultTabs={tabs} defaultEditorToolsVisibility="variables" editorTheme={editorTheme}>
      <GraphiQL.Logo>
        <div className="corner">
          <KeyField />
          <nav className="links" aria-label="Fairlift">
            <a href="?examples" title="Opens the examples again, in place of the tabs that are open">
              Examples
            </a>
            <a href="/" title="Goes to the experiments">
              Fairlift
            </a>
          </nav>
        </div>
      </GraphiQL.Logo>
      <SystemTheme />
      <EditorSettings />
      <ExampleVariables />
    </GraphiQL>
  )
}

/** The page follows the system's light or dark by its styles; the editors must be told. */
function SystemTheme() {
  const theme = useGraphiQL((state) => state.theme)
  const { setTheme } = useGraphiQLActions()
  useEffect(() => {
    if (theme !== null) return
    const system = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => setTheme(null)
    system.addEventListener('change', follow)
    return () => system.removeEventListener('change', follow)
  }, [theme, setTheme])
  return null
}

/** Text small enough for two panes side by side, and a name for each editor that a screen reader can say. */
function EditorSettings() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    headerEditor: state.headerEditor,
    responseEditor: state.responseEditor,
  }))
  useEffect(() => {
    const common = { fontSize: 13, wordWrap: 'on' } as const
    queryEditor?.updateOptions({ ...common, ariaLabel: 'Operation' })
    variableEditor?.updateOptions({ ...common, ariaLabel: 'Variables' })
    headerEditor?.updateOptions({ ...common, ariaLabel: 'Headers' })
    responseEditor?.updateOptions({ ...common, ariaLabel: 'Result' })
  }, [queryEditor, variableEditor, headerEditor, responseEditor])
  return null
}

/**
 * Writes the ids that an example needs into its variables whenever its tab is opened: by then an earlier step may have
 * made them. What a person wrote there stays.
 */
function ExampleVariables() {
  const { activeTabIndex, queryEditor, variableEditor, operationName } = useGraphiQL((state) => ({
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    operationName: state.tabs[state.activeTabIndex]?.operationName,
  }))
  useEffect(() => {
    if (!queryEditor || !variableEditor || !operationName) return
    const query = queryEditor.getValue()
    if (!examples.includes(query)) return
    let isCurrent = true
    void findVariables(operationName)
      .catch(() => undefined) // the server's silence is told when the example is run
      .then((text) => {
        if (text === undefined || !isCurrent || queryEditor.getValue() !== query) return
        const before = variableEditor.getValue()
        if (before === text || !isFilledIn(operationName, before)) return
        variableEditor.setValue(text)
        rememberFilledIn(operationName, text)
      })
    return () => {
      isCurrent = false
    }
  }, [activeTabIndex, queryEditor, variableEditor, operationName])
  return null
}
