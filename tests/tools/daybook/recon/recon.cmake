# Comparisons of two files. Included by tests/tools/CMakeLists.txt.
if(TARGET daybook::tools_recon)
  daybook_test(recon_test
    SOURCES ${PROJECT_SOURCE_DIR}/tests/replay/disk_journal.cpp
            daybook/recon/correction_folds_test.cpp daybook/recon/csv_scanner_test.cpp
            daybook/recon/definition/check_command_test.cpp
            daybook/recon/definition/correction_rules_test.cpp
            daybook/recon/definition/correction_test.cpp
            daybook/recon/definition/correction_text_test.cpp daybook/recon/definition/cron_test.cpp
            daybook/recon/definition/decimal_limit_test.cpp
            daybook/recon/definition/json_walk_test.cpp daybook/recon/definition/schedule_test.cpp
            daybook/recon/entry_texts_test.cpp daybook/recon/journal_origins_test.cpp
            daybook/recon/journal_world.cpp daybook/recon/record_builder_test.cpp
            daybook/recon/report/html_text_test.cpp daybook/recon/report/postings_test.cpp
            daybook/recon/runs/business_day_test.cpp
            daybook/recon/runs/carry_test.cpp daybook/recon/self_command_test.cpp
            daybook/recon/sequence_places_test.cpp
    APART daybook/recon/definition/correction_saga_test.cpp
          daybook/recon/definition/reconciliation_test.cpp daybook/recon/journal_source_test.cpp
          daybook/recon/runs/saga_end_test.cpp
    USES daybook::tools_recon daybook::tools_recon_runs daybook::test_support
         nlohmann_json::nlohmann_json)
endif()

# The binary against a naive comparison in another language.
if(TARGET daybook)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME recon_oracle
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/recon_oracle_test.py
            $<TARGET_FILE:daybook>)
  set_tests_properties(recon_oracle PROPERTIES TIMEOUT 600)
  add_test(NAME recon_mappings
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/recon_mappings_test.py
            $<TARGET_FILE:daybook>)
  add_test(NAME recon_formats
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/recon_formats_test.py
            $<TARGET_FILE:daybook>)
  add_test(NAME recon_balance
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/recon_balance_test.py
            $<TARGET_FILE:daybook>)
  add_test(NAME recon_report
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/recon_report_test.py
            $<TARGET_FILE:daybook>)
  add_test(NAME recon_journal
    COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/daybook/recon/recon_journal_test.py
            $<TARGET_FILE:daybook>)
endif()
