# `demo`: the day of a gateway, with the files that it imports. Included by tools/CMakeLists.txt.
find_package(nlohmann_json REQUIRED)
set(DEMO_FILES "")
foreach(demo_file IN ITEMS accounts.csv transfers.csv sagas/createOrder.json sagas/payOrder.json
        participants/channel.json participants/channel.sh recon/bank.json)
  daybook_text_literal(demo_text ${CMAKE_CURRENT_SOURCE_DIR}/demo/${demo_file})
  string(APPEND DEMO_FILES "      DemoFile{\"${demo_file}\", ${demo_text}},\n")
endforeach()
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/daybook/demo/demo_files.cpp.in
  ${CMAKE_CURRENT_BINARY_DIR}/generated/demo_files.cpp @ONLY)

daybook_library(tools_demo
  SOURCES daybook/demo/channel.cpp
          daybook/demo/crash_scenes.cpp
          daybook/demo/demo_command.cpp
          daybook/demo/demo_engine.cpp
          daybook/demo/demo_place.cpp
          daybook/demo/interruption.cpp
          daybook/demo/money_scenes.cpp
          daybook/demo/orders.cpp
          daybook/demo/reconciliation_scenes.cpp
          daybook/demo/saga_scenes.cpp
          daybook/demo/screen.cpp
          daybook/demo/shell_words.cpp
          daybook/demo/stage.cpp
          ${CMAKE_CURRENT_BINARY_DIR}/generated/demo_files.cpp
  USES daybook::base daybook::tools_command daybook::tools_process
  PRIVATE_USES fmt::fmt nlohmann_json::nlohmann_json)
target_sources(daybook PRIVATE daybook/demo/register_demo.cpp)
target_link_libraries(daybook PRIVATE daybook::tools_demo)
