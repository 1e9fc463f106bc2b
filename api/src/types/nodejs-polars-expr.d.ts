declare module 'nodejs-polars/bin/lazy/expr/index.js' {
  import { type Expr } from 'nodejs-polars'
  export function _Expr(native: unknown): Expr
}
