"""Writes sklearn.json: what scikit-learn's NMF makes of small matrices, one case for each parameter that GpuNmf offers too.

Debian's python3-sklearn (1.2.1) wrote the file that is committed:  python3 sklearn_fixtures.py > sklearn.json
X is 24 bins x 18 frames. Transforms fix the templates, so that scikit-learn, which fixes components_, gets the transposed problem.
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)
rng = np.random.default_rng(20)
BINS, FRAMES, RANK = 24, 18, 3
x = np.round(rng.uniform(0.05, 1, (BINS, RANK)) @ rng.uniform(0.05, 1, (RANK, FRAMES)) + rng.uniform(0.05, 0.3, (BINS, FRAMES)), 6)
other = np.round(x[:, ::-1] * rng.uniform(0.5, 1.5, (1, FRAMES)), 6)
scale = np.sqrt(x.mean() / RANK)
w0 = np.round(scale * rng.uniform(0.3, 1.7, (BINS, RANK)), 6)
h0 = np.round(scale * rng.uniform(0.3, 1.7, (RANK, FRAMES)), 6)
LOSSES = {2: "frobenius", 1: "kullback-leibler", 0: "itakura-saito"}


def rounded(values):
    return [[float(f"{v:.7g}") for v in row] for row in values]


def model(solver, beta, iterations, tol=0.0, **more):
    return NMF(n_components=RANK, init="custom", solver=solver, beta_loss=LOSSES.get(beta, beta), max_iter=iterations, tol=tol, **more)


def fit(name, solver, beta, iterations, tol=0.0, **more):
    nmf = model(solver, beta, iterations, tol, **more)
    w = nmf.fit_transform(x, W=w0.copy(), H=h0.copy())
    return {
        "name": name, "solver": solver, "beta": beta, "max_iter": iterations, "tol": tol,
        "alpha_W": more.get("alpha_W", 0.0), "alpha_H": more.get("alpha_H", "same"), "l1_ratio": more.get("l1_ratio", 0.0),
        "W": rounded(w), "H": rounded(nmf.components_), "n_iter": int(nmf.n_iter_), "reconstruction_err": float(nmf.reconstruction_err_),
        "inverse_transform": rounded(nmf.inverse_transform(w)),
    }


def transform(name, solver, beta, iterations, tol=0.0, **more):
    """The templates of a fit of x, and the activations of another matrix for them."""
    nmf = model(solver, beta, iterations, tol, **more)
    h_of_fit = nmf.fit_transform(x.T, W=h0.T.copy(), H=w0.T.copy())
    return {
        "name": name, "solver": solver, "beta": beta, "max_iter": iterations, "tol": tol,
        "alpha_W": more.get("alpha_H", 0.0), "alpha_H": more.get("alpha_W", "same"), "l1_ratio": more.get("l1_ratio", 0.0),
        "W": rounded(nmf.components_.T), "H": rounded(nmf.transform(other.T).T),
        "H_of_fit": rounded(h_of_fit.T), "H_of_x": rounded(nmf.transform(x.T).T),
    }


fits = [fit(f"mu, beta {beta}", "mu", beta, 7) for beta in (2, 1, 0, 0.5, 1.5, 3)]
fits += [fit(f"mu, beta {beta}, penalised", "mu", beta, 7, alpha_W=0.02, alpha_H=0.01, l1_ratio=0.3) for beta in (2, 1, 0, 1.5)]
fits += [
    fit("mu, alpha_H is that of W", "mu", 1, 7, alpha_W=0.02, l1_ratio=1.0),
    fit("mu, stops", "mu", 1, 400, tol=1e-3),
    fit("cd", "cd", 2, 7),
    fit("cd, penalised", "cd", 2, 7, alpha_W=0.02, alpha_H=0.01, l1_ratio=0.3),
    fit("cd, stops", "cd", 2, 400, tol=1e-3),
]
transforms = [
    transform("mu, beta 2", "mu", 2, 20),
    transform("mu, beta 1", "mu", 1, 20),
    transform("mu, beta 0", "mu", 0, 20),
    # No L1 here: transform (1.2.1) adds it to its cached sums of components_ anew in every iteration.
    transform("mu, beta 1, penalised", "mu", 1, 20, alpha_W=0.02, l1_ratio=0.0),
    transform("mu, beta 0, penalised", "mu", 0, 20, alpha_W=0.02, l1_ratio=0.5),
    transform("cd", "cd", 2, 20),
]
json.dump({"sklearn": sklearn.__version__, "X": rounded(x), "other": rounded(other), "W0": rounded(w0), "H0": rounded(h0), "fits": fits, "transforms": transforms}, sys.stdout)
sys.stdout.write("\n")
