import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/controls.css'
import './styles/overview.css'
import './styles/results.css'
import './styles/data.css'
import './styles/compare.css'
import { mount } from 'svelte'
import App from './app.svelte'
import { fetchLaterParts } from './lib/later-parts.ts'

mount(App, { target: document.getElementById('app')! })
fetchLaterParts()
