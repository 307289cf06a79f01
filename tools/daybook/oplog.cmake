# The operation log, from an engine or from a journal. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  daybook_library(tools_oplog
    SOURCES daybook/offline_operations.cpp daybook/operation_pages.cpp daybook/oplog_command.cpp
            daybook/running_operations.cpp
    USES daybook::tools_client daybook::tools_offline)
  target_link_libraries(daybook PRIVATE daybook::tools_oplog)
endif()
