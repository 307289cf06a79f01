# Programs in processes of their own, and this one's. Included by tools/CMakeLists.txt.
daybook_library(tools_process
  SOURCES daybook/process/child_process.cpp daybook/process/inherited_state.cpp
  USES daybook::base
  PRIVATE_USES fmt::fmt)
