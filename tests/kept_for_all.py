"""What `make test` leaves to `make test-all`, which CI runs, and why."""

from typing import Final

ALL_OF_IT: Final = "all of it"

KEPT_FOR_ALL: Final[dict[str, dict[str, str]]] = {
    # Processes are killed. One crash stays, of a worker in the middle of a ringing call.
    "test_crashes.py": {
        "test_a_worker_killed_between_the_providers_acceptance_and_our_hearing_of_it": (
            "kills a worker; Temporal waits 10 s for one that is gone"
        ),
        "test_a_worker_killed_with_a_letter_in_hand_sends_it_once": "kills a worker",
        "test_a_worker_killed_between_the_expulsion_and_our_hearing_of_it": "kills a worker",
        "test_a_worker_killed_during_deactivation": "kills a worker",
        "test_a_replaced_worker_takes_the_next_step_within_two_seconds": "kills a worker",
        "test_a_server_killed_and_restarted_on_its_file_loses_nothing": "kills the server",
        "test_a_copy_of_the_servers_folder_is_a_backup_and_nothing_is_dialled_twice": (
            "kills two servers"
        ),
    },
    "providers/test_twilio_crashes.py": {ALL_OF_IT: "kills workers, and stops one for 12 s"},
    "page/test_outage.py": {ALL_OF_IT: "kills the server under the page"},
    "test_versions.py": {ALL_OF_IT: "starts and kills a worker for each version"},
    "runtime/test_health.py": {
        "test_a_worker_that_has_lost_a_task_ends_so_that_another_is_started": (
            "waits until a worker gives a task up"
        ),
    },
    # Many processes, one after the other. One real run of each kind of command stays.
    "test_docs.py": {
        "test_what_by_hand_says_to_type_does_what_it_says": (
            "types every command of docs/by-hand.md, after the demo"
        ),
    },
    "test_whole.py": {
        "test_the_demo_ends_with_every_case_as_it_should_twice_in_a_row": "is `make demo`, twice",
    },
    "cli/test_exit_codes.py": {
        "test_exit_codes_are_the_same_however_often": "starts the client dozens of times",
    },
    "cli/ratings/test_import_ratings.py": {
        "test_what_is_interrupted_goes_on_where_it_stopped": "opens 150 enrollments",
    },
    # Long waits, at the server or at a provider.
    "cli/case/test_watch.py": {
        "test_an_outage_of_the_server_is_said_and_waited_for": "stops the server for a while",
    },
    "providers/test_twilio_in_a_case.py": {
        "test_nobody_else_dials_while_the_first_providers_call_may_be_alive": (
            "waits until Twilio has been down for two tries"
        ),
        "test_a_call_that_still_waits_at_twilio_at_its_latest_moment_is_taken_back": (
            "lets a case's 10 seconds pass"
        ),
        "test_a_call_called_off_while_twilio_is_slow_to_take_it_is_hung_up": (
            "waits for answers that take 4 s"
        ),
    },
    "cli/operate/test_audit.py": {
        "test_what_times_out_again_and_again_is_found_within_a_minute_however_many_are_open": (
            "waits until tasks have timed out twice"
        ),
        "test_a_case_whose_worker_has_gone_is_found_and_nobody_is_waited_for": (
            "waits until a queue has been without a worker"
        ),
    },
}
"""By file within `tests`: its tests that are left out, or all of it, and the reason."""


def is_kept(node_id: str) -> bool:
    """Return whether the test, named as pytest names it, is in the table."""
    file, _, test = node_id.removeprefix("tests/").partition("::")
    kept = KEPT_FOR_ALL.get(file, {})
    return ALL_OF_IT in kept or test.partition("[")[0] in kept
