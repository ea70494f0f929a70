from bench.measured import Figures, Round, percentile


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, quantile) for quantile in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.5) == 0


def test_figures_are_the_medians_of_rounds() -> None:
    rounds = [Round(100 * n, 2.0, [0.001 * n], retries=n, cpu_seconds={"database": 0.1}) for n in (1, 2, 9)]
    figures = Figures.of(rounds)
    assert (figures.per_second, figures.p95_ms, figures.retries_percent) == (100, 2, 1)
    assert round(figures.database_us) == 500


def test_processes_at_the_same_time_add_up() -> None:
    both = Round.of_parts([Round(10, 2.0, [0.1], retries=1), Round(30, 4.0, [0.2, 0.3])])
    assert (both.transfers, both.seconds, both.retries, both.per_second) == (40, 4.0, 1, 10)
    assert both.latencies_seconds == [0.1, 0.2, 0.3]


def test_forms_are_compared_turn_by_turn() -> None:
    """The machine was twice as quick in the second turn: the medians' ratio would tell of that, and not of the forms."""
    ours = Figures.of([Round(n, 1.0, []) for n in (300, 900, 330)])
    theirs = Figures.of([Round(n, 1.0, []) for n in (100, 300, 300)])
    assert ours.against(theirs) == 3
    assert ours.per_second / theirs.per_second != 3
