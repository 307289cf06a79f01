# `recon`: two files against each other. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  find_package(nlohmann_json REQUIRED)
  find_package(date REQUIRED)
  file(GLOB mapping_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/mappings/*.json)
  list(SORT mapping_files)
  set(READY_MAPPINGS "")
  foreach(mapping_file IN LISTS mapping_files)
    get_filename_component(mapping_name ${mapping_file} NAME_WE)
    daybook_text_literal(mapping_json ${mapping_file})
    string(APPEND READY_MAPPINGS "      ReadyMapping{\"${mapping_name}\", ${mapping_json}},\n")
  endforeach()
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/ready_mappings.cpp.in
    ${CMAKE_CURRENT_BINARY_DIR}/generated/ready_mappings.cpp @ONLY)

  daybook_library(tools_recon
    SOURCES daybook/recon/balance_command.cpp daybook/recon/balance_report.cpp
            daybook/recon/compare_command.cpp daybook/recon/compare_options.cpp
            daybook/recon/compare_plan.cpp daybook/recon/compare_report.cpp
            daybook/recon/compare_run.cpp daybook/recon/correction_folds.cpp
            daybook/recon/csv_scanner.cpp daybook/recon/csv_source.cpp
            daybook/recon/definition/action.cpp daybook/recon/definition/check_command.cpp
            daybook/recon/definition/civil_day.cpp daybook/recon/definition/correction.cpp
            daybook/recon/definition/correction_saga.cpp
            daybook/recon/definition/cron.cpp daybook/recon/definition/decimal_limit.cpp
            daybook/recon/definition/definition_reader.cpp
            daybook/recon/definition/definition_rules.cpp daybook/recon/definition/json_walk.cpp
            daybook/recon/definition/reconciliation.cpp
            daybook/recon/definition/reconciliation_words.cpp
            daybook/recon/definition/definition_file.cpp daybook/recon/definition/schedule.cpp
            daybook/recon/definition/time_zone.cpp daybook/recon/difference_writer.cpp
            daybook/recon/format_source.cpp daybook/recon/inspect_command.cpp
            daybook/recon/inspect_reading.cpp daybook/recon/inspect_statement.cpp
            daybook/recon/journal_facts.cpp daybook/recon/journal_origins.cpp
            daybook/recon/journal_scan.cpp daybook/recon/journal_source.cpp
            daybook/recon/ledger_records.cpp
            daybook/recon/mapping_file.cpp daybook/recon/open_side.cpp
            daybook/recon/record_builder.cpp daybook/recon/report/code_advice.cpp
            daybook/recon/report/detail_json.cpp daybook/recon/report/html_report.cpp
            daybook/recon/report/html_text.cpp daybook/recon/report/postings.cpp
            daybook/recon/report/report_details.cpp
            daybook/recon/report/report_files.cpp daybook/recon/recon_bench.cpp
            daybook/recon/recon_generator.cpp daybook/recon/self_command.cpp
            daybook/recon/sequence_places.cpp daybook/recon/source_mapping.cpp
            daybook/recon/text_decoder.cpp daybook/recon/unnamed_file.cpp
            daybook/recon/watched_file.cpp daybook/recon/work_directory.cpp
            ${CMAKE_CURRENT_BINARY_DIR}/generated/ready_mappings.cpp
    APART daybook/recon/definition/correction_text.cpp daybook/recon/entry_texts.cpp
    USES daybook::recon daybook::saga daybook::storage daybook::tools_command daybook::tools_offline
         daybook::tools_rebuild daybook::tools_text
    PRIVATE_USES date::date-tz fmt::fmt nlohmann_json::nlohmann_json)
  # Runs that an engine keeps.
  daybook_library(tools_recon_runs
    SOURCES daybook/recon/match/match_command.cpp
            daybook/recon/match/match_report.cpp
            daybook/recon/match/reference_lookup.cpp
            daybook/recon/match/statement_batch.cpp
            daybook/recon/runs/act_commands.cpp
            daybook/recon/runs/business_day.cpp
            daybook/recon/runs/carry.cpp
            daybook/recon/runs/correction_sagas.cpp
            daybook/recon/runs/define_command.cpp
            daybook/recon/runs/difference_choice.cpp
            daybook/recon/runs/due_days.cpp
            daybook/recon/runs/engine_runs.cpp
            daybook/recon/runs/kept_result.cpp
            daybook/recon/runs/posted_corrections.cpp
            daybook/recon/runs/posting_sagas.cpp
            daybook/recon/runs/report_command.cpp
            daybook/recon/runs/review_command.cpp
            daybook/recon/runs/run_book.cpp
            daybook/recon/runs/run_command.cpp
            daybook/recon/runs/run_listener.cpp
            daybook/recon/runs/run_plan.cpp
            daybook/recon/runs/run_postings.cpp
            daybook/recon/runs/run_proposals.cpp
            daybook/recon/runs/saga_end.cpp
            daybook/recon/runs/schedule_command.cpp
            daybook/recon/runs/settle_command.cpp
            daybook/recon/runs/show_command.cpp
            daybook/recon/runs/stored_definition.cpp
            daybook/recon/runs/suspense_command.cpp
            daybook/recon/runs/watch_command.cpp
            daybook/recon/runs/watched_inbox.cpp
    USES daybook::tools_client daybook::tools_recon daybook::tools_saga
    PRIVATE_USES fmt::fmt nlohmann_json::nlohmann_json)
  target_sources(daybook PRIVATE daybook/recon/register_balance.cpp
                         daybook/recon/register_compare.cpp
                         daybook/recon/register_definition.cpp
                         daybook/recon/register_match.cpp
                         daybook/recon/register_recon.cpp
                         daybook/recon/register_runs.cpp
                         daybook/recon/register_schedule.cpp)
  target_link_libraries(daybook PRIVATE daybook::tools_recon daybook::tools_recon_runs)
endif()
