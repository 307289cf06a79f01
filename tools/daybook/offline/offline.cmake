# The commands that read a data directory without an engine. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  find_package(nlohmann_json REQUIRED)  # For check_acks.cpp.
  daybook_library(tools_offline
    SOURCES daybook/offline/archive_command.cpp daybook/offline/backup_manifest.cpp
            daybook/offline/check_acks.cpp daybook/offline/journal_head.cpp
            daybook/offline/new_directory.cpp daybook/offline/offline.cpp
            daybook/offline/offline_aggregates.cpp daybook/offline/offline_diff.cpp
            daybook/offline/offline_diff_report.cpp daybook/offline/offline_dump.cpp
            daybook/offline/offline_entry_checks.cpp daybook/offline/offline_fact_json.cpp
            daybook/offline/offline_load.cpp daybook/offline/offline_replay.cpp
            daybook/offline/offline_verify.cpp daybook/offline/offline_verify_report.cpp
            daybook/offline/recovery_needs.cpp
    APART daybook/offline/backup_command.cpp daybook/offline/journal_continuation.cpp
          daybook/offline/offline_state.cpp
    USES daybook::engine daybook::storage daybook::tools_text daybook::tools_command
    PRIVATE_USES nlohmann_json::nlohmann_json)
  target_link_libraries(daybook PRIVATE daybook::tools_offline)
endif()
