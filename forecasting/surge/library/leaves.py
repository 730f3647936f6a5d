"""The trees of a forest as flat arrays, walked all at once: a single point costs a millisecond instead of sixty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forecasting.surge.library.levels import Array, Ints


@dataclass(frozen=True)
class Leaves:
    """Nodes of all trees one after the other; `left` of a leaf is the leaf itself."""

    root: Ints
    feature: Ints
    threshold: Array
    left: Ints
    right: Ints

    @classmethod
    def of(cls, forest: Any) -> Self:
        """From a fitted forest of scikit-learn."""
        trees = [estimator.tree_ for estimator in forest.estimators_]
        root = np.concatenate([[0], np.cumsum([tree.node_count for tree in trees])[:-1]]).astype(np.int64)
        own = np.concatenate([np.arange(tree.node_count) + at for tree, at in zip(trees, root, strict=True)])
        left = np.concatenate([tree.children_left + at for tree, at in zip(trees, root, strict=True)])
        right = np.concatenate([tree.children_right + at for tree, at in zip(trees, root, strict=True)])
        end = np.concatenate([tree.children_left for tree in trees]) < 0
        return cls(
            root=root,
            feature=np.maximum(np.concatenate([tree.feature for tree in trees]), 0).astype(np.int64),
            threshold=np.concatenate([tree.threshold for tree in trees]),
            left=np.where(end, own, left).astype(np.int64),
            right=np.where(end, own, right).astype(np.int64),
        )

    def at(self, points: Array) -> Ints:
        """Leaf of each point in each tree, (n_points, n_trees), for points of shape (n_points, n_features)."""
        # scikit-learn grew the trees on single precision: the same rounding keeps a point in its own leaf.
        x = points.astype(np.float32).astype(np.float64)
        rows = np.arange(len(x))[:, None]
        node = np.broadcast_to(self.root, (len(x), len(self.root)))
        while True:
            goes_left = x[rows, self.feature[node]] <= self.threshold[node]
            following = np.where(goes_left, self.left[node], self.right[node])
            if (following == node).all():
                return np.asarray(node)
            node = following
