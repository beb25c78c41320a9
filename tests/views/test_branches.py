from imagelab.views.timeline.branches import branch, ends, left, path_to
from imagelab.views.timeline.going import going, ranges
from tests.views.journals import branched, journal

#: 0 - 1 - 2 - 3, from 1 also 4 - 5, from 4 also 6.
TREE = journal(0, 1, 2, 1, 4, 4, head=3)


def test_paths_and_ends() -> None:
    assert path_to(TREE, 5) == (0, 1, 4, 5)
    assert path_to(TREE, 0) == (0,)
    assert ends(TREE) == (3, 5, 6)
    assert ends(journal()) == (0,)


def test_a_branch_goes_on_to_where_the_lab_stands_and_then_as_redo_does() -> None:
    assert branch(TREE, 1) == (0, 1, 2, 3)
    assert branch(TREE.at(2), 0) == (0, 1, 2, 3)
    assert branch(TREE.at(5), 1) == (0, 1, 4, 5)
    assert branch(TREE, 4) == (0, 1, 4, 6)
    assert branch(TREE, 5) == (0, 1, 4, 5)
    assert branch(TREE.at(0), 0) == (0, 1, 4, 6)


def test_what_is_left_on_the_way_to_another_step() -> None:
    assert left(TREE, 6) == (2, 3)
    assert left(TREE, 1) == (2, 3)
    assert left(TREE, 3) == ()
    assert left(TREE.at(1), 3) == ()


def test_numbers_in_runs() -> None:
    assert ranges((3, 5, 6, 7)) == "3, 5–7"
    assert ranges((1, 2)) == "1–2"


def test_what_happens_on_going_back() -> None:
    said = going(TREE, 1, "en")
    assert said == ["The lab goes to where it was after step 1.",
                    "The next command begins a new branch.", "Steps that stay, as a branch: 2–3."]
    assert going(TREE, 6, "en")[1] == "The next command goes on after step 6."
    assert "beginning" in going(TREE, 0, "en")[0]
    assert len(going(TREE.at(1), 3, "en")) == 2


def test_going_back_does_not_undo_what_was_done_outside() -> None:
    daemon = branched()
    assert not any("x.tar" in each for each in going(daemon.journal, 1, "en"))
    assert "wrote x.tar" in going(daemon.journal.at(4), 1, "en")[-1]
    assert "undo does not take this back" in going(daemon.journal.at(4), 6, "en")[-1]


def test_of_many_things_outside_the_first_are_said() -> None:
    daemon = branched()
    for number in range(40):
        with daemon.step("docker save") as step:
            step.host_effects.append(f"wrote {number}.tar")
    said = going(daemon.journal, 6, "en")
    assert sum("wrote" in each for each in said) == 5
    assert said[-1] == "… 35 more"
