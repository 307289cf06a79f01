# The load harness's parts and check-acks, from their own sources, so that the tests need no engine.
# Included by tests/tools/CMakeLists.txt.
find_package(nlohmann_json REQUIRED)
set(daybook_tools ${PROJECT_SOURCE_DIR}/tools/daybook)
daybook_test(tools_bench_test
  SOURCES ${daybook_tools}/offline/check_acks.cpp
          ${daybook_tools}/bench/histogram.cpp
          daybook/bench/histogram_test.cpp
          daybook/offline/check_acks_test.cpp
  USES daybook::model nlohmann_json::nlohmann_json)

# The load itself, against an engine in the test's own process.
if(TARGET daybook::tools_bench AND TARGET daybook::tools_engine)
  daybook_test(tools_bench_load_test
    SOURCES daybook/bench/bench_answer_check_test.cpp daybook/bench/bench_load_test.cpp
            daybook/bench/bench_options_test.cpp daybook/bench/bench_report_test.cpp
    APART daybook/bench/bench_generator_test.cpp
    USES daybook::tools_bench daybook::tools_engine daybook::client nlohmann_json::nlohmann_json)
endif()
