"""What is not tested in Pyodide, and why."""

#: Files below ``tests`` that cannot be imported there, or whose tests are all of what is not there.
FILES = {
    "a server at a socket": """
        docker/test_build_context.py docker/test_dockerignore_live.py
        docker/test_formats_of_documents.py docker/test_restarts.py
        registry/test_daemon_words.py registry/test_fetch.py
        registry/test_hostile_registry.py registry/test_hub.py
        registry/test_progress.py registry/test_real_registry.py
    """,
    "timers": "storage/test_write_behind.py",
    "hypothesis": "formats/test_plain_header.py",
    "processes": """
        course/grading/test_behind_walls.py course/replay/test_crew.py storage/test_killed.py
        storage/test_read_only.py storage/test_full_disk.py storage/test_hammered.py
    """,
    "compiled packages": """
        course/test_level_card.py course/test_assignment.py
        course/progress/test_progress.py
    """,
}
#: Single tests, with all their parameters or one.
TESTS = {
    "threads": """
        storage/test_store.py::test_threads_take_turns_on_one_store
        storage/test_hashing.py::test_few_bytes_wait_for_the_thread
        daemon/test_many_at_once.py::test_threads_lose_nothing_of_each_other
        daemon/test_news.py::test_who_waits_for_nobody_lets_others_wait
        daemon/test_many_at_once.py::test_processes_lose_nothing_of_each_other
        daemon/test_released.py::test_an_archive_is_read_while_others_use_the_lab
        docker/test_events.py::test_other_processes_of_a_kept_lab_are_seen
        docker/test_exec.py::test_others_use_the_lab_meanwhile
        docker/test_exec.py::test_what_an_exec_prints_in_anothers_step_is_not_lost
        docker/test_exec.py::test_a_paused_container_is_waited_for
        docker/test_interrupted.py::test_at_every_call_of_what_keeps_a_lab[True]
    """,
    "processes": """
        shell/test_imports.py::test_the_shell_loads_no_program_before_it_runs
        shell/test_process.py::test_exec_sleep_goes_on_in_another_python
        storage/test_blobs.py::test_a_temporary_store_goes_when_python_ends
        storage/test_big_images.py::test_memory_grows_with_the_files_and_not_with_their_bytes
        storage/test_processes.py::test_two_processes_take_turns
        docker/test_help.py::test_help_texts_are_read_only_when_asked_for
        registry/test_services.py::test_scripts_are_scripts_for_real_shells
    """,
    "timers and pipes": """
        daemon/test_news.py::test_steps_of_ones_own_that_were_lost_are_not_taken_for_known
        storage/test_layout.py::test_what_is_taken_back_while_writing_is_put_off_is_never_shown
        storage/test_doctor.py::test_links_and_pipes_in_place_of_files_are_never_followed
    """,
    "locks of files": """
        storage/test_sweep.py::test_what_is_being_loaded_while_the_lab_is_left_to_others_stays
        storage/test_sweep.py::test_garbage_that_is_added_again_meanwhile_stays
        storage/test_sweep.py::test_a_claim_ends_with_its_process
    """,
    "hard links, sockets and pipes of the system, or a bound on the length of a name": """
        docker/test_cp.py::test_nothing_is_written_outside_of_the_folder[hard link through a link]
        docker/test_cp.py::test_sockets_are_left_out
        course/replay/test_replay.py::test_files_of_a_transcript_stay_in_the_folder[path8]
        course/test_levels.py::test_a_level_s_file_that_does_not_end_is_refused
    """,
    "jsonschema, which is compiled": """
        course/test_level_notes.py::test_what_was_checked_is_the_same_on_every_run
        course/test_level_notes.py::test_an_open_level_shows_two_pictures_that_run_nothing
        course/test_level_notes.py::test_a_solved_level_shows_none
        course/test_levels.py::test_a_level_in_order
        course/test_levels.py::test_what_is_wrong_with_a_level_is_said
        course/test_levels.py::test_the_last_line_counts_the_levels_in_order
        course/test_levels.py::test_a_file_that_is_no_level
        course/test_levels.py::test_playing_a_level
        course/test_levels.py::test_a_wrong_attempt_is_known_by_all_that_it_lacks
        course/test_levels.py::test_a_level_does_not_count_once_its_solution_was_shown
        course/test_levels.py::test_reset_writes_the_level_s_files_again_and_beginning_does_not
        course/test_levels.py::test_a_level_whose_files_cannot_be_is_not_tried
        course/test_levels.py::test_a_variant_s_words_lead_no_file_out_of_the_level_s_folder
        course/test_levels.py::test_a_level_s_file_of_an_editor_on_windows
    """,
    "a stack of calls that ends before it is full: no program is so deep": """
        storage/test_states.py::test_a_deep_program_is_kept_and_a_bottomless_one_refused
    """,
    "a processor as fast as CPython has it": """
        docker/test_exec.py::test_an_exec_without_end_does_not_hang
    """,
}


def files() -> list[str]:
    """Return the files, each below ``tests``."""
    return [name for group in FILES.values() for name in group.split()]


def singles() -> dict[str, str]:
    """Return the single tests, with what each needs."""
    return {line.strip(): need for need, group in TESTS.items() for line in group.splitlines()
            if line.strip()}
