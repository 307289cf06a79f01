# Sagas: their definitions, by themselves. Included by tools/CMakeLists.txt.
daybook_library(tools_saga
  SOURCES daybook/saga/saga_check.cpp
          daybook/saga/saga_plan.cpp
  USES daybook::tools_client daybook::saga)
target_sources(daybook PRIVATE daybook/saga/register_saga.cpp)
target_link_libraries(daybook PRIVATE daybook::tools_saga)
