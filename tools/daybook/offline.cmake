# The commands that read a data directory without an engine. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  find_package(nlohmann_json REQUIRED)  # For check_acks.cpp.
  # Of its own, so that what needs no client is built and tested without one.
  daybook_library(tools_command SOURCES daybook/command.cpp)

  daybook_library(tools_offline
    SOURCES daybook/archive_command.cpp daybook/backup_command.cpp daybook/backup_manifest.cpp
            daybook/journal_continuation.cpp daybook/journal_head.cpp daybook/new_directory.cpp daybook/offline_diff.cpp
            daybook/offline_diff_report.cpp daybook/offline_load.cpp daybook/recovery_needs.cpp daybook/offline.cpp daybook/offline_dump.cpp daybook/offline_entry_checks.cpp
            daybook/offline_fact_json.cpp daybook/offline_replay.cpp daybook/offline_state.cpp
            daybook/offline_verify.cpp daybook/offline_verify_report.cpp daybook/check_acks.cpp
    USES daybook::engine daybook::storage daybook::tools_text daybook::tools_command
    PRIVATE_USES nlohmann_json::nlohmann_json)
  target_link_libraries(daybook PRIVATE daybook::tools_offline)
endif()
