"""A logistic regression of users as rows, by scikit-learn or statsmodels. Usage: fit_rows.py LIBRARY REQUEST.json"""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd

library, path = sys.argv[1:]
with open(path) as file:
    request = json.load(file)
users = pd.read_parquet(request["path"])
y = users["y"].to_numpy()
columns = [users["variant"].to_numpy() == v for v in range(1, request["variants"])]
for f, levels in enumerate(request["levels"]):
    own = users[f"f{f}"].to_numpy()
    columns += [own == level for level in levels]
x = np.column_stack(columns).astype(float)
folds = np.random.default_rng(1).integers(request["folds"], size=len(y))


def scikit_learn(x, y):
    from sklearn.linear_model import LogisticRegression

    # The solver that is fastest with many rows and few columns, and no penalty.
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8).fit(x, y)
    return np.concatenate([fit.intercept_, fit.coef_[0]])


def scikit_learn_by_default(x, y):
    from sklearn.linear_model import LogisticRegression

    LogisticRegression(C=np.inf, max_iter=1000).fit(x, y)


def statsmodels(x, y):
    import statsmodels.api as sm

    return sm.Logit(y, sm.add_constant(x)).fit(disp=0).params


def version():
    from importlib.metadata import version

    return version(library)


fit = {"scikit-learn": scikit_learn, "statsmodels": statsmodels}[library]
fit(x[:1000], y[:1000])  # what is loaded when it is first used is not the fit's
started = time.perf_counter()
found = fit(x, y)
fit_ms = (time.perf_counter() - started) * 1000
started = time.perf_counter()
for fold in range(request["folds"]):
    fit(x[folds != fold], y[folds != fold])
folds_ms = (time.perf_counter() - started) * 1000
usual_ms = None
if library == "scikit-learn":
    scikit_learn_by_default(x[:1000], y[:1000])
    started = time.perf_counter()
    scikit_learn_by_default(x, y)
    usual_ms = (time.perf_counter() - started) * 1000
differences = np.abs(found - request["coefficients"]) / request["standardErrors"]
print(
    json.dumps(
        {
            "name": f"{library} {version()}",
            "rows": len(y),
            "fitMs": fit_ms,
            "usualMs": usual_ms,
            "foldsMs": folds_ms,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "farthest": float(differences.max()),
        }
    )
)
