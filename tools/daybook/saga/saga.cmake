# Sagas: their definitions by themselves, and what is asked of a running engine. Included by
# tools/CMakeLists.txt.
daybook_library(tools_saga
  SOURCES daybook/saga/saga_check.cpp
          daybook/saga/saga_file.cpp
          daybook/saga/saga_kick.cpp
          daybook/saga/saga_plan.cpp
          daybook/saga/saga_put.cpp
          daybook/saga/saga_show.cpp
          daybook/saga/saga_source.cpp
          daybook/saga/saga_start.cpp
          daybook/saga/saga_statistics.cpp
          daybook/saga/saga_stats.cpp
          daybook/saga/saga_table.cpp
          daybook/saga/saga_values.cpp
          daybook/saga/secret_command.cpp
  APART daybook/saga/saga_stats_text.cpp
  USES daybook::tools_client daybook::tools_histogram daybook::saga
  PRIVATE_USES nlohmann_json::nlohmann_json)
target_sources(daybook PRIVATE daybook/saga/register_saga.cpp daybook/saga/register_saga_acts.cpp
  daybook/saga/register_secrets.cpp)
target_link_libraries(daybook PRIVATE daybook::tools_saga)
