# Verbs that every room's CMakeLists.txt is written in, so that all targets read alike.
#
#   daybook_library(NAME SOURCES ... [APART ...] [PARSERS ...] [USES target ...]
#                   [PRIVATE_USES target ...])
#   daybook_test(NAME SOURCES ... [APART ...] USES target ...)  gtest, a ctest entry a test case, or one in all
#   daybook_bench(NAME SOURCES ... USES target ...)     Google Benchmark
#   daybook_flatbuffers(NAME SCHEMA file.fbs INCLUDE dir)  generated header, made at build time
#   daybook_text_literal(VARIABLE file)                 a text file as a literal of C++, for configure_file()
#
# A library called NAME is the target daybook::NAME. Sources may be compiled several at a time, so
# their anonymous namespaces are one; those that are APART, whose names others have too, never are.
# PARSERS parse options.

add_library(daybook_options INTERFACE)
target_compile_features(daybook_options INTERFACE cxx_std_20)
target_include_directories(daybook_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(daybook_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # g++ 12 sees overlaps in string concatenation: bug 105329.
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # Joined sources see each other's names; g++ only warns where a name is really hidden.
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<BOOL:${DAYBOOK_JOIN_SOURCES}>>:-Wno-shadow>)
target_compile_definitions(daybook_options INTERFACE
  $<$<BOOL:${DAYBOOK_AUDIT}>:DAYBOOK_AUDIT>
  $<$<BOOL:${DAYBOOK_FAULT_POINTS}>:DAYBOOK_FAULT_POINTS>)

# Option parsing runs once and takes long to compile: no optimiser, no sanitizer.
set(parser_options -O0 -fno-sanitize=all)

function(daybook_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;APART;PARSERS;USES;PRIVATE_USES" ${ARGN})
  add_library(daybook_${name} STATIC ${arg_SOURCES} ${arg_APART})
  set_source_files_properties(${arg_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  add_library(daybook::${name} ALIAS daybook_${name})
  target_link_libraries(daybook_${name}
    PUBLIC daybook_options ${arg_USES} PRIVATE ${arg_PRIVATE_USES})
  if(arg_PARSERS)
    add_library(daybook_${name}_parsers OBJECT ${arg_PARSERS})
    target_compile_options(daybook_${name}_parsers PRIVATE ${parser_options})
    target_link_libraries(daybook_${name}_parsers
      PRIVATE daybook_options ${arg_USES} ${arg_PRIVATE_USES})
    target_sources(daybook_${name} PRIVATE $<TARGET_OBJECTS:daybook_${name}_parsers>)
  endif()
endfunction()

function(daybook_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;APART;USES" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${arg_SOURCES} ${arg_APART})
  set_source_files_properties(${arg_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_link_libraries(${name} PRIVATE daybook_options ${arg_USES} GTest::gtest_main)
  # Tests wait for the compiler more than for themselves; the libraries they test are optimised.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1> ${DAYBOOK_TEST_OPTIONS})
  # A sanitizer makes starting a program cost more than most test cases.
  if(DAYBOOK_TEST_CASES_APART)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
  else()
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  endif()
endfunction()

function(daybook_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
  find_package(benchmark REQUIRED)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE daybook_options ${arg_USES} benchmark::benchmark_main)
endfunction()

# The generated code asserts the exact library version, so it is made here and never committed.
function(daybook_flatbuffers name)
  cmake_parse_arguments(arg "" "SCHEMA;INCLUDE" "" ${ARGN})
  find_program(FLATC flatc REQUIRED)
  get_filename_component(stem ${arg_SCHEMA} NAME_WE)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/generated/${arg_INCLUDE})
  set(header ${directory}/${stem}_generated.h)
  add_custom_command(OUTPUT ${header}
    COMMAND ${FLATC} --cpp --scoped-enums --no-prefix -o ${directory}
            ${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCHEMA}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCHEMA} VERBATIM)
  add_custom_target(daybook_${name}_header DEPENDS ${header})
  add_library(daybook_${name} INTERFACE)
  add_dependencies(daybook_${name} daybook_${name}_header)
  # SYSTEM: warnings are for code that people write.
  target_include_directories(daybook_${name} SYSTEM INTERFACE
    ${CMAKE_CURRENT_BINARY_DIR}/generated)
  add_library(daybook::${name} ALIAS daybook_${name})
endfunction()

# A change of the file configures anew. Only for text: a literal has no zero bytes.
function(daybook_text_literal variable file)
  file(READ ${file} text)
  string(FIND "${text}" ")daybook_text\"" delimiter_at)
  if(NOT delimiter_at EQUAL -1)
    message(FATAL_ERROR "${file}: has the delimiter that ends its literal; choose another one")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  set(${variable} "R\"daybook_text(${text})daybook_text\"" PARENT_SCOPE)
endfunction()
