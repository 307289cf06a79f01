# `repair` of a journal. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  daybook_library(tools_repair
    SOURCES daybook/repair/copy_whole_part.cpp
            daybook/repair/repair_command.cpp
            daybook/repair/repair_plan.cpp
    USES daybook::tools_offline)
  target_sources(daybook PRIVATE daybook/repair/register_repair.cpp)
  target_link_libraries(daybook PRIVATE daybook::tools_repair)
endif()
