# The load harness. Included by tools/CMakeLists.txt.
if(TARGET daybook::storage)
  find_package(nlohmann_json REQUIRED)
  # The commit that a figure was taken with; "unknown" outside a repository.
  find_package(Git QUIET)
  set(commit "unknown")
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --tags
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE described
      RESULT_VARIABLE git_failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT git_failed)
      set(commit "${described}")
    endif()
  endif()
  set_source_files_properties(daybook/bench/bench_machine.cpp
    PROPERTIES COMPILE_DEFINITIONS DAYBOOK_COMMIT="${commit}")

  daybook_library(tools_bench
    SOURCES daybook/bench/bench.cpp
            daybook/bench/bench_ack_log.cpp
            daybook/bench/bench_answer_check.cpp
            daybook/bench/bench_engine.cpp
            daybook/bench/bench_figures.cpp
            daybook/bench/bench_generator.cpp
            daybook/bench/bench_accounts.cpp
            daybook/bench/bench_json.cpp
            daybook/bench/bench_load.cpp
            daybook/bench/bench_machine.cpp
            daybook/bench/bench_options.cpp
            daybook/bench/bench_place.cpp
            daybook/bench/bench_reads.cpp
            daybook/bench/bench_remote_sagas.cpp
            daybook/bench/bench_report.cpp
            daybook/bench/bench_sagas.cpp
            daybook/bench/bench_settings.cpp
            daybook/bench/bench_storm.cpp
            daybook/bench/bench_tcc.cpp
    USES daybook::client daybook::storage daybook::tools_client daybook::tools_histogram
         daybook::tools_process
    PRIVATE_USES nlohmann_json::nlohmann_json)
  target_link_libraries(daybook PRIVATE daybook::tools_bench)
endif()
