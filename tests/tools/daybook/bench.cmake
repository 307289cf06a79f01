# The load harness's parts and check-acks, from their own sources, so that the tests need no engine.
# Included by tests/tools/CMakeLists.txt.
find_package(nlohmann_json REQUIRED)
set(daybook_tools ${PROJECT_SOURCE_DIR}/tools/daybook)
daybook_test(tools_bench_test
  SOURCES daybook/check_acks_test.cpp daybook/histogram_test.cpp
          ${daybook_tools}/check_acks.cpp ${daybook_tools}/histogram.cpp
  USES daybook::model nlohmann_json::nlohmann_json)
