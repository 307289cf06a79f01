# `rebuild`, of a running engine or of a data directory. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  daybook_library(tools_rebuild
    SOURCES daybook/rebuild/offline_rebuild.cpp
            daybook/rebuild/offline_rebuild_report.cpp
            daybook/rebuild/rebuild_text.cpp
            daybook/rebuild/rewrite_derived.cpp
            daybook/rebuild/running_rebuild.cpp
    USES daybook::tools_client daybook::tools_offline)
  target_sources(daybook PRIVATE daybook/rebuild/register_rebuild.cpp)
  target_link_libraries(daybook PRIVATE daybook::tools_rebuild)
endif()
