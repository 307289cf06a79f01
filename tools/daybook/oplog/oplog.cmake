# The operation log, from an engine or from a journal. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  daybook_library(tools_oplog
    SOURCES daybook/oplog/offline_operations.cpp
            daybook/oplog/operation_pages.cpp
            daybook/oplog/oplog_command.cpp
            daybook/oplog/running_operations.cpp
    USES daybook::tools_client daybook::tools_offline)
  target_link_libraries(daybook PRIVATE daybook::tools_oplog)
endif()
