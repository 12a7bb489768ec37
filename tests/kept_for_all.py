"""What `make test`, and so CI, leaves to `make test-all`, and why."""

from typing import Final

ALL_OF_IT: Final = "all of it"

KEPT_FOR_ALL: Final[dict[str, dict[str, str]]] = {
    # Processes are killed. One crash stays, of a worker in the middle of a ringing call.
    "tests/test_crashes.py": {
        "test_a_worker_killed_between_the_providers_acceptance_and_our_hearing_of_it": (
            "kills a worker; Temporal waits 10 s for one that is gone"
        ),
        "test_a_worker_killed_once_a_receiver_has_an_event_sends_it_again_and_then_the_others": (
            "kills a worker"
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
    "tests/providers/test_twilio_crashes.py": {ALL_OF_IT: "kills workers, and stops one for 12 s"},
    "tests/test_access.py": {ALL_OF_IT: "starts Temporal's own server; keys expire"},
    "tests/test_access_renewed.py": {ALL_OF_IT: "a call rings for 75 s while all is renewed"},
    "tests/page/test_outage.py": {ALL_OF_IT: "kills the server under the page"},
    "tests/runtime/test_keys_of_a_case.py": {
        "test_a_worker_with_the_wrong_key_holds_a_case_up_and_no_more": (
            "waits 10 s for Temporal to hand a task out again"
        ),
        "test_a_case_started_with_an_unknown_key_waits_for_it": (
            "waits 10 s for Temporal to hand a task out again"
        ),
    },
    "tests/test_versions.py": {ALL_OF_IT: "starts and kills a worker for each version"},
    "tests/runtime/test_health.py": {
        "test_a_worker_that_has_lost_a_task_ends_so_that_another_is_started": (
            "waits until a worker gives a task up"
        ),
        "test_no_two_processes_are_taken_for_one": "starts Python twice",
    },
    # Many processes, one after the other. One real run of each kind of command stays.
    "tests/test_docs.py": {
        "test_what_by_hand_says_to_type_does_what_it_says": (
            "types every command of docs/by-hand.md, after the demo"
        ),
    },
    "tests/test_whole.py": {
        "test_the_demo_ends_with_every_case_as_it_should_twice_in_a_row": "is `make demo`, twice",
        "test_a_wrong_setting_is_named_and_exits_2": "starts a worker four times",
        "test_a_case_is_driven_with_nothing_but_temporal_and_json_across_a_restart": (
            "starts two servers and two workers"
        ),
        "test_a_server_that_is_not_there_yet_ends_in_what_systemd_restarts": "starts a worker",
    },
    "tests/mail/test_own_wording.py": {
        "test_the_worker_says_so_in_one_line_and_exits_2": "starts a worker twice",
        "test_what_is_wrong_is_refused_by_file_and_line": ("proofreads 26 sets of templates"),
        "test_a_language_of_their_own_is_found_by_its_folder": "proofreads every language",
        "test_a_piece_of_their_own_is_fine_where_it_is_used": "proofreads every language",
    },
    "tests/providers/test_account_service_contract.py": {
        "test_the_example_keeps_the_contract": "schemathesis sends hundreds of requests",
        "test_a_service_that_breaks_the_contract_is_found_out": "schemathesis, likewise",
        "test_the_example_says_how_it_is_used_and_refuses_what_it_cannot_use": (
            "starts Python three times"
        ),
    },
    "tests/providers/test_account_settings.py": {
        "test_a_worker_with_one_says_so_and_exits_2": "starts a worker three times",
    },
    "tests/providers/test_mail_settings.py": {
        "test_the_worker_says_so_and_exits_2": "starts a worker",
    },
    "tests/test_compose.py": {
        "test_the_worker_and_the_page_run_as_it_says_and_their_health_checks_tell": (
            "starts what docker-compose.yml names, and its health checks again and again"
        ),
    },
    "tests/test_kubernetes_started.py": {ALL_OF_IT: "starts what each container runs"},
    "tests/test_metrics.py": {
        "test_a_worker_says_how_old_its_time_zones_are": "starts a server and a worker",
        "test_labels_tell_of_no_seller": "starts a server and a worker",
        "test_an_address_that_is_taken_is_said_and_exits_2": "starts a server and two workers",
        "test_every_event_of_a_case_is_counted_once": "plays many cases",
        "test_an_address_that_is_none_is_said_and_exits_2": ("starts a worker four times"),
    },
    "tests/page/test_service.py": {
        "test_secrets_that_cannot_be_read_are_refused_in_one_line": "starts Python six times",
        "test_the_development_worker_serves_the_page_too": "starts a server, a worker and a page",
        "test_without_what_it_needs_it_does_not_start_and_says_so": ("starts the page three times"),
    },
    "tests/runtime/test_settings.py": {
        "test_a_folder_of_secrets_that_cannot_be_used_is_named_and_exits_2": "starts Python",
        "test_the_worker_for_development_has_a_page_of_its_own": "starts a server and a worker",
        "test_a_worker_whose_emails_would_name_no_way_to_us_exits_2": (
            "starts a worker five times"
        ),
    },
    "tests/cli/test_exit_codes.py": {
        "test_exit_codes_are_the_same_however_often": "starts the client dozens of times",
        "test_a_command_starts_quickly": "starts it three times",
    },
    "tests/cli/ratings/test_import_ratings.py": {
        "test_what_is_interrupted_goes_on_where_it_stopped": "opens 150 enrollments",
    },
    # Many cases at once, or through many days. tests/domain prove the same rules without Temporal.
    "tests/workflows/test_outages.py": {ALL_OF_IT: "plays 19 cases through 145 hours each"},
    "tests/workflows/test_query_and_update.py": {
        ALL_OF_IT: "queries and updates 24 workflows at once"
    },
    "tests/workflows/test_case_and_enrollment.py": {
        "test_numbers_changed_in_both_at_once_end_up_the_same_in_both": "plays 12 races",
        "test_a_number_changed_while_a_case_deactivates_is_there_when_it_is_resumed": (
            "plays 74 hours"
        ),
    },
    "tests/workflows/test_races.py": {
        "test_contact_and_the_deadline_in_the_same_instant_never_contradict_each_other": (
            "plays 12 races of real seconds"
        ),
    },
    "tests/workflows/test_held_silence.py": {
        "test_a_seller_who_was_reached_after_all_goes_on_from_there": "plays 73 hours",
        "test_an_account_that_was_deactivated_before_is_not_held": "plays 73 hours",
        "test_a_moment_that_is_past_holds_nobody": "plays 73 hours",
    },
    "tests/workflows/test_which_numbers_are_called.py": {
        "test_a_number_that_our_data_does_not_know_is_dialled": "plays 73 hours",
        "test_a_country_left_out_while_a_case_is_open_is_not_called_and_that_is_our_failure": (
            "plays 73 hours"
        ),
    },
    "tests/workflows/test_cancelled_steps.py": {
        "test_contact_while_calling_hours_are_looked_up_in_vain_makes_the_case_working": (
            "plays nine days"
        ),
    },
    "tests/workflows/test_limits.py": {
        "test_a_case_close_to_its_deadline_goes_before_fresh_ones": "lets 20 cases queue up",
        "test_no_more_go_out_in_a_second_than_is_set": ("lets attempts queue up for seconds"),
        "test_a_line_that_a_dead_worker_held_is_free_again_when_its_lease_ends": (
            "waits until a lease ends"
        ),
    },
    "tests/workflows/test_enrollment.py": {
        "test_it_continues_as_new_losing_no_message_and_no_reminder": "plays hundreds of events",
    },
    "tests/workflows/test_absent_workers.py": {
        "test_without_workers_for_the_telephone_nobody_is_deactivated": "plays 73 hours",
        "test_without_workers_for_mail_nobody_is_deactivated": "plays 73 hours",
        "test_what_waited_too_long_for_a_worker_has_failed_and_is_not_made_up_for": (
            "waits for real seconds without workers"
        ),
        "test_after_downtime_only_the_newest_of_each_channel_is_made_up_for": (
            "waits for real seconds without workers"
        ),
    },
    "tests/cli/case/test_open_file.py": {
        "test_a_server_that_goes_away_is_said_with_the_line_to_go_on_from": "opens 100 cases",
        "test_many_are_opened_and_joined_and_a_second_run_changes_nothing": "opens 20 cases",
    },
    "tests/cli/case/test_list.py": {
        "test_what_is_urgent_is_on_top_though_more_are_open_than_are_shown": "opens 300 cases",
    },
    "tests/cli/case/test_open_or_join.py": {
        "test_an_opening_that_races_with_a_closing_loses_nothing": "plays 5 races",
    },
    "tests/cli/case/test_history.py": {
        "test_an_accounts_cases_come_in_the_order_in_which_they_opened": "plays 90 hours",
    },
    "tests/cli/enrollment/test_enrollment_commands.py": {
        "test_completion_knows_the_choices": "starts Python four times",
    },
    "tests/runtime/test_nothing_personal.py": {
        "test_without_encryption_all_of_it_is_found": "plays three sellers' lives once more",
    },
    # The browser, beyond one walk of each page. tests/promises read the texts of each state.
    "tests/page/test_states.py": {
        "test_a_state_says_what_is_to_be_done_hides_what_is_internal_and_can_be_read_by_all": (
            "shows 24 states in a browser, in light and dark and three widths"
        ),
    },
    "tests/page/test_page_is_current.py": {ALL_OF_IT: "walks 12 times through pages that changed"},
    "tests/page/test_typed_is_kept.py": {ALL_OF_IT: "walks 9 times through forms that were left"},
    # Long waits, at the server or at a provider.
    "tests/cli/case/test_watch.py": {
        "test_it_follows_a_case_that_continues_as_new": "plays hundreds of events",
        "test_a_line_of_json_at_each_change_until_the_end": "plays a case to its end",
        "test_an_outage_of_the_server_is_said_and_waited_for": "stops the server for a while",
    },
    "tests/providers/test_twilio_in_a_case.py": {
        "test_nobody_else_dials_while_the_first_providers_call_may_be_alive": (
            "waits until Twilio has been down for two tries"
        ),
        "test_a_call_that_still_waits_at_twilio_at_its_latest_moment_is_taken_back": (
            "lets a case's 10 seconds pass"
        ),
        "test_a_call_called_off_while_twilio_is_slow_to_take_it_is_hung_up": (
            "waits for answers that take 4 s"
        ),
        "test_who_is_speaking_with_the_desk_is_not_called": ("lets calls talk for seconds"),
        "test_a_call_called_off_while_it_is_looked_up_is_not_dialled": ("waits for slow answers"),
        "test_a_call_costs_few_requests": ("lets a call ring for seconds"),
        "test_a_number_that_twilio_does_not_know_goes_on_being_called": ("plays two cases"),
    },
    "tests/cli/operate/test_audit.py": {
        "test_what_times_out_again_and_again_is_found_within_a_minute_however_many_are_open": (
            "waits until tasks have timed out twice"
        ),
        "test_a_case_whose_worker_has_gone_is_found_and_nobody_is_waited_for": (
            "waits until a queue has been without a worker"
        ),
        "test_nothing_is_found_where_all_is_well": (
            "plays a case and audits it by the command line"
        ),
    },
    # What takes long to say what a quick test, or tests/domain, says of most of it.
    "tests/page/test_seller_workflows.py": {
        "test_a_plan_that_no_worker_takes_stays_in_its_form_and_is_not_said_to_be_late": (
            "waits for a worker that is not there"
        ),
        "test_one_that_is_dropped_again_and_again_is_an_outage_and_no_refusal": (
            "waits for answers that never come"
        ),
        "test_without_a_worker_nobody_waits_for_longer_than_five_seconds": (
            "waits for a worker that is not there"
        ),
    },
    "tests/promises/test_promises_of_states.py": {
        ALL_OF_IT: "reads every text of every state in four languages",
    },
    "tests/mail/test_promises.py": {
        ALL_OF_IT: "composes each e-mail of every state in four languages",
    },
    "tests/mail/test_every_email.py": {
        ALL_OF_IT: "composes each e-mail of every state in four languages",
    },
    "tests/mail/test_hostile_values.py": {
        ALL_OF_IT: ("composes each e-mail with dozens of hostile values"),
    },
    "tests/providers/test_hostile_mail.py": {
        "test_no_name_is_read_as_a_header_or_as_an_address": ("sends hundreds of hostile e-mails"),
        "test_an_address_is_written_as_it_is_or_not_at_all": ("sends hundreds of hostile e-mails"),
    },
    "tests/workflows/test_rows.py": {
        "test_a_row_that_leaves_the_case_open": (
            "plays 14 cases; tests/domain prove the same rows"
        ),
    },
    "tests/workflows/test_repeats.py": {
        "test_a_case_answers_a_repeat_and_takes_it_once": ("plays a case for each update"),
    },
    "tests/workflows/test_refusals.py": {
        "test_a_malformed_update_is_refused_naming_the_field": (
            "plays a case for each; tests/domain prove what is refused"
        ),
        "test_a_number_or_address_that_is_none_is_refused": (
            "plays a case for each; tests/domain prove what is refused"
        ),
    },
    "tests/test_alerts.py": {
        "test_a_worker_exports_whatever_alerts_dashboard_and_scaling_ask_for": "starts a worker",
    },
    "tests/test_recipe.py": {ALL_OF_IT: "runs the tests of the domain on a copy, five times"},
    "tests/page/test_seller.py": {
        "test_a_number_goes_to_the_open_case_and_a_refusal_stands_beside_the_field": (
            "walks through the page once more"
        ),
        "test_two_tabs_that_write_keep_what_they_wrote_while_the_page_goes_on": (
            "walks through the page twice more"
        ),
        "test_without_javascript_rows_come_and_go_and_a_plan_is_sent": (
            "walks through the page once more"
        ),
    },
    "tests/page/test_web_ui.py": {
        "test_a_reviewer_reads_the_plan_and_the_answer_there_as_they_were_written": (
            "opens the Web UI once more"
        ),
    },
    "tests/web/test_addresses.py": {
        "test_the_addresses_of_one_visitor_by_ipv6_count_together": ("sends hundreds of requests"),
    },
    "tests/cli/test_paused.py": {
        ALL_OF_IT: ("pauses workflows, and waits for each command's answer"),
    },
    "tests/simulation/test_equal_to_engine.py": {ALL_OF_IT: "plays twelve cases on a server"},
}
"""By file: its tests that are left out, or all of it, and the reason."""


def is_kept(node_id: str) -> bool:
    """Return whether the test, named as pytest names it, is in the table."""
    file, _, test = node_id.partition("::")
    kept = KEPT_FOR_ALL.get(file, {})
    return ALL_OF_IT in kept or test.partition("[")[0] in kept
