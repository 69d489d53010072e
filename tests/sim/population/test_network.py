"""The contact network: published figures, symmetry, and independence of everything but key and size."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from sim.core.draws import uniform
from sim.population import network
from sim.population.network import contacts, degree_statistics


def rows(*sizes: int, start: int = 0) -> np.ndarray:
    return start + np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def sixty() -> tuple[np.ndarray, np.ndarray]:
    sizes = [int(120 + 200 * uniform(9, 9, v, 0)) for v in range(60)]
    return rows(*sizes), np.arange(60, dtype=np.int64)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_published_degrees_and_clustering(seed: int) -> None:
    s = degree_statistics(*contacts(*sixty(), seed))
    assert s.mean == pytest.approx(9.3, rel=0.05)
    assert s.sd == pytest.approx(7.6, rel=0.10)
    assert abs(s.p10 - 1) <= 1
    assert s.p90 == pytest.approx(20, rel=0.10)
    assert s.clustering == pytest.approx(0.28, abs=0.03)
    assert s.transitivity == pytest.approx(0.28, abs=0.03)
    assert s.isolated < 0.08


def test_symmetric_sorted_within_the_village() -> None:
    first, keys = sixty()
    indptr, indices = contacts(first, keys, 5)
    assert indptr.dtype == np.int64 and indices.dtype == np.int32
    owner = np.repeat(np.arange(first[-1]), np.diff(indptr))
    village = np.repeat(keys, np.diff(first))
    assert (village[owner] == village[indices]).all()
    assert (owner != indices).all()
    same_row = owner[1:] == owner[:-1]
    assert (np.diff(indices)[same_row] > 0).all()
    pairs = set(zip(owner.tolist(), indices.tolist(), strict=True))
    assert all((j, i) in pairs for i, j in pairs)


def test_statistics_agree_with_networkx() -> None:
    indptr, indices = contacts(rows(150, 90), np.array([3, 8]), 1)
    graph = nx.Graph()
    graph.add_nodes_from(range(240))
    graph.add_edges_from((i, int(j)) for i in range(240) for j in indices[indptr[i] : indptr[i + 1]])
    s = degree_statistics(indptr, indices)
    assert s.mean == pytest.approx(2 * graph.number_of_edges() / 240)
    assert s.clustering == pytest.approx(nx.average_clustering(graph))
    assert s.transitivity == pytest.approx(nx.transitivity(graph))


def test_hamlets_hang_together() -> None:
    indptr, indices = contacts(rows(220), np.array([7]), 1)
    graph = nx.Graph((i, int(j)) for i in range(220) for j in indices[indptr[i] : indptr[i + 1]])
    largest = max(nx.connected_components(graph), key=len)
    assert len(largest) > 0.9 * 220
    assert nx.average_shortest_path_length(graph.subgraph(largest)) < 4


def test_a_village_depends_on_its_key_and_size_only() -> None:
    small = contacts(rows(200, 180), np.array([11, 12]), 1)
    more = contacts(rows(40, 200, 180, 60, start=1000), np.array([90, 11, 12, 91]), 1)
    a, b = more[0][40], more[0][420]
    assert (more[0][40:421] - a == small[0]).all()
    assert (more[1][a:b] - 1040 == small[1]).all()


def test_key_and_seed_change_it() -> None:
    one = contacts(rows(200), np.array([1]), 1)[1]
    assert not np.array_equal(one, contacts(rows(200), np.array([2]), 1)[1])
    assert not np.array_equal(one, contacts(rows(200), np.array([1]), 2)[1])
    assert np.array_equal(one, contacts(rows(200), np.array([1]), 1)[1])


@pytest.mark.parametrize("threads", [2, 3, 100])
def test_threads_change_nothing(threads: int) -> None:
    first, keys = sixty()
    one, many = contacts(first, keys, 1), contacts(first, keys, 1, threads=threads)
    assert np.array_equal(one[0], many[0]) and np.array_equal(one[1], many[1])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 49])
def test_the_smallest_villages(n: int) -> None:
    indptr, indices = contacts(rows(n, 5), np.array([0, 1]), 3)
    assert len(indptr) == n + 6 and indptr[-1] == len(indices)
    assert (np.diff(indptr)[:n] <= max(n - 1, 0)).all()


def test_no_villages() -> None:
    indptr, indices = contacts(rows(), np.array([], dtype=np.int64), 3)
    assert indptr.tolist() == [0] and len(indices) == 0


@pytest.mark.bounds
def test_python_and_compiled_agree() -> None:
    shape = np.array([23.8, 12.4, 0.074])
    first, keys = rows(40, 23), np.array([5, 2**61])
    plain = network._contacts.py_func(first, keys, 1, shape)
    compiled = network._contacts(first, keys, 1, shape)
    assert np.array_equal(plain[0], compiled[0]) and np.array_equal(plain[1], compiled[1])


def test_parameters_reach_it() -> None:
    lonely = {"network_reach": 0.0, "network_calls": 0.0, "network_least": 0.05}
    assert (contacts(rows(100), np.array([1]), 1, lonely)[0] == 0).sum() > 0
    near = {"network_reach": 24.0, "network_calls": 0.0, "network_least": 0.05}
    s = degree_statistics(*contacts(rows(220), np.array([1]), 1, near))
    assert s.clustering > 0.4


def test_the_same_network_as_ever() -> None:
    """A stored vector: a change here changes every population."""
    indptr, indices = contacts(rows(30), np.array([4]), 17)
    assert indptr[:8].tolist() == [0, 18, 28, 28, 35, 42, 45, 61]
    assert indices[:20].tolist() == [1, 3, 4, 6, 8, 9, 14, 17, 18, 19, 21, 22, 23, 24, 25, 27, 28, 29, 0, 3]
