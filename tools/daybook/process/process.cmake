# Programs in processes of their own. Included by tools/CMakeLists.txt.
daybook_library(tools_process
  SOURCES daybook/process/child_process.cpp
  USES daybook::base
  PRIVATE_USES fmt::fmt)
