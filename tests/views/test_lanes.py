from imagelab.views.timeline.lanes import MAX_LANES, Piece, Row, lanes, scrolled
from tests.views.journals import journal


def pieces(row: Row) -> set[tuple[str, int]]:
    return {(track.piece.value, track.lane) for track in row.tracks}


def test_a_session_without_an_undo_is_one_lane() -> None:
    drawing = lanes(journal(0, 1, 2))
    assert [row.lane for row in drawing.rows] == [0, 0, 0, 0]
    assert [row.is_head for row in drawing.rows] == [False, False, False, True]
    assert all(row.on_path and not row.branches for row in drawing.rows)
    assert pieces(drawing.rows[0]) == {("below", 0)}
    assert pieces(drawing.rows[1]) == {("above", 0), ("below", 0)}
    assert pieces(drawing.rows[3]) == {("above", 0)}


def test_a_command_after_an_undo_gets_a_lane_of_its_own() -> None:
    drawing = lanes(journal(0, 1, 1, 3))
    assert [row.lane for row in drawing.rows] == [0, 0, 0, 1, 1]
    assert [row.branches for row in drawing.rows] == [False, False, False, True, False]
    assert [row.on_path for row in drawing.rows] == [True, True, False, True, True]
    assert pieces(drawing.rows[1]) == {("above", 0), ("below", 0), ("fork", 1)}
    assert pieces(drawing.rows[2]) == {("above", 0), ("through", 1)}
    way = {(track.piece, track.lane): track.on_path for track in drawing.rows[1].tracks}
    assert way[Piece.FORK, 1]
    assert not way[Piece.BELOW, 0]


def test_the_old_branch_keeps_its_lane_whatever_comes() -> None:
    before = [row.lane for row in lanes(journal(0, 1, 2)).rows]
    after = [row.lane for row in lanes(journal(0, 1, 2, 1, 4, 2, 0)).rows]
    assert after[:4] == before


def test_a_lane_is_used_again_only_where_nothing_of_the_old_one_is_left() -> None:
    # Step 2 ends lane 0; steps 3 and 4 are lane 1; step 5, from 3, may take lane 0.
    drawing = lanes(journal(0, 1, 1, 3, 3))
    assert [row.lane for row in drawing.rows] == [0, 0, 0, 1, 1, 0]
    for row in drawing.rows:
        lanes_of = [track.lane for track in row.tracks if track.piece is Piece.THROUGH]
        assert row.lane not in lanes_of
        assert len(lanes_of) == len(set(lanes_of))


def test_a_long_session_shows_the_steps_around_the_lab() -> None:
    long = journal(*range(500), head=250)
    drawing = lanes(long, size=30)
    numbers = [row.step.index for row in drawing.rows]
    assert numbers == list(range(235, 265))
    assert (drawing.earlier, drawing.later) == (235, 501 - 265)
    assert lanes(long, 0, 30).earlier == 0
    assert [row.step.index for row in lanes(long.at(500), size=30).rows][-1] == 500


def test_lines_run_through_rows_whose_ends_are_left_out() -> None:
    drawing = lanes(journal(*range(100), 10), first=50, size=5)
    assert [row.lane for row in drawing.rows] == [0] * 5
    assert all(("through", 1) in pieces(row) for row in drawing.rows)
    assert drawing.width == 2


def test_very_many_branches_share_the_last_lane() -> None:
    drawing = lanes(journal(0, *[1] * 20))
    assert drawing.width == MAX_LANES
    assert all(track.lane < MAX_LANES for row in drawing.rows for track in row.tracks)
    # Nothing makes them look like one branch.
    assert all(row.branches and not row.tracks for row in drawing.rows[-10:])


def test_rows_scroll_no_more_than_they_must() -> None:
    assert scrolled(0, 10, 5, 100) == 0
    assert scrolled(0, 10, 9, 100) == 1
    assert scrolled(20, 10, 15, 100) == 14
    assert scrolled(20, 10, 99, 100) == 90
    assert scrolled(20, 10, 0, 100) == 0
    assert scrolled(3, 10, 2, 5) == 0
