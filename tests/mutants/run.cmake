# run - breaks the simulator in one place after the other; the judge or a test must notice
#
#   cmake -D SOURCE=.. -D FOLDER=.. [-D SETTINGS=..] [-D SAMPLE=N] [-D SEED=N] [-D ONLY=REGEX]
#         [-D TABLE=FILE] -P run.cmake
#
#   SOURCE    the project: nothing is changed there
#   FOLDER    where a copy of its sources lies, and what is built of it; kept from run to run
#   SETTINGS  arguments for the copy's configuration
#   SAMPLE    only so many mutants, at equal distances in the table, of which SEED (default 0) or
#             the environment's HOTADD_MUTANTS_SEED is the first
#   ONLY      only mutants whose family or sentence matches
#   TABLE     the mutants of this file, instead of those in table_*.cmake
#
# The mutants stand there family by family. Each old text must occur in its file exactly once;
# this is looked at for all of them, whichever are tried. What does not compile is an error, too.
cmake_minimum_required(VERSION 3.18)

set(mutants 0)
set(errors 0)

macro(complain)
  message(STATUS "error: " ${ARGN})
  math(EXPR errors "${errors} + 1")
endmacro()

# mutant(FAMILY FILE BROKEN OLD NEW): FILE lies below src, BROKEN says what NEW, in the place of
# OLD, does wrong.
function(mutant family file broken old new)
  file(READ ${SOURCE}/src/${file} text)
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1)
    complain("${file} does not hold the text of: ${broken}")
  elseif(NOT first EQUAL last)
    complain("${file} holds the text more than once of: ${broken}")
  elseif(old STREQUAL new)
    complain("nothing is changed for: ${broken}")
  endif()
  set(mutant_${mutants}_family ${family} PARENT_SCOPE)
  set(mutant_${mutants}_file ${file} PARENT_SCOPE)
  set(mutant_${mutants}_broken "${broken}" PARENT_SCOPE)
  set(mutant_${mutants}_old "${old}" PARENT_SCOPE)
  set(mutant_${mutants}_new "${new}" PARENT_SCOPE)
  math(EXPR mutants "${mutants} + 1")
  set(mutants ${mutants} PARENT_SCOPE)
  set(errors ${errors} PARENT_SCOPE)
endfunction()

# Sources that changed since the last run, or were left broken by it, are copied; so only what
# depends on them is compiled. Nothing else is ever changed, and need not be copied.
function(copy_source)
  file(GLOB_RECURSE old RELATIVE ${FOLDER}/source/src ${FOLDER}/source/src/*)
  file(GLOB_RECURSE files RELATIVE ${SOURCE}/src ${SOURCE}/src/*)
  foreach(file ${files})
    configure_file(${SOURCE}/src/${file} ${FOLDER}/source/src/${file} COPYONLY)
  endforeach()
  foreach(file ${old})
    if(NOT file IN_LIST files)
      file(REMOVE ${FOLDER}/source/src/${file})
    endif()
  endforeach()
  foreach(name CMakeLists.txt README.md include scenarios tests)
    file(CREATE_LINK ${SOURCE}/${name} ${FOLDER}/source/${name} SYMBOLIC)
  endforeach()
endfunction()

# Sets `built`, and `said` to what the compiler said.
function(build target)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${FOLDER}/build --target ${target}
                  RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  set(said "${said}" PARENT_SCOPE)
  if(result EQUAL 0)
    set(built ON PARENT_SCOPE)
  else()
    set(built OFF PARENT_SCOPE)
  endif()
endfunction()

# What a program said first that was wrong: an assertion, a test, or a scenario and the rule broken.
function(find_culprit output result culprit)
  string(REGEX MATCH "violations: ([A-Z]+-[0-9]+) was not expected" judged "${output}")
  set(rule "${CMAKE_MATCH_1}")
  if(output MATCHES "[^\n]*(Assertion [^\n]*)")
    set(line "${CMAKE_MATCH_1}")
  elseif(output MATCHES "FAIL  scenarios/([^\n:]*)")
    string(STRIP "${CMAKE_MATCH_1} ${rule}" line)
  elseif(output MATCHES "\\[  FAILED  \\] ([a-z][a-z0-9_]+)"
         OR output MATCHES "([a-z_]+[.]c:[0-9]+): error")
    set(line "${CMAKE_MATCH_1}")
  else()
    set(line "${result}")
  endif()
  set(${culprit} "${line}" PARENT_SCOPE)
endfunction()

# Sets `found` to who notices that something is wrong, or to nothing, and `built`.
function(play_suite)
  set(found "")
  foreach(step ${suite})
    build(${step_${step}_target})
    if(NOT built)
      break()
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} -E env HOTADD_MODEL_RUNS=500
                            ${FOLDER}/build/${step_${step}}
                    WORKING_DIRECTORY ${SOURCE} TIMEOUT 60
                    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
      find_culprit("${output}" "${result}" culprit)
      set(found "${step}: ${culprit}")
      break()
    endif()
  endforeach()
  set(found "${found}" PARENT_SCOPE)
  set(built ${built} PARENT_SCOPE)
  set(said "${said}" PARENT_SCOPE)
endfunction()

# Try a mutant, and put the file back.
function(try number)
  set(file ${FOLDER}/source/src/${mutant_${number}_file})
  file(READ ${file} text)
  string(REPLACE "${mutant_${number}_old}" "${mutant_${number}_new}" broken "${text}")
  file(WRITE ${file} "${broken}")
  play_suite()
  file(WRITE ${file} "${text}")
  set(what "${mutant_${number}_family}: ${mutant_${number}_broken}")
  if(NOT built)
    complain("${what}: does not compile\n${said}")
  elseif(found)
    message(STATUS "${what} - ${found}")
    math(EXPR score "${score} + 1")
  else()
    message(STATUS "NOT FOUND ${what} (${mutant_${number}_file})")
  endif()
  set(score ${score} PARENT_SCOPE)
  set(errors ${errors} PARENT_SCOPE)
endfunction()

# The suite, the quickest and sharpest first. Programs count from the build folder.
set(suite scenarios model)
set(step_scenarios_target hotadd_cli)
set(step_scenarios hotadd run --quiet --budget 100000 scenarios/processor scenarios/pnp
    scenarios/lifetime scenarios/memory)
set(step_model_target hotadd_test_model)
set(step_model tests/test_model)
foreach(test slots partition ke_query ke_relation ke_deregister ke_deregister_race hot_add
        hot_add_dpc ke_dpc ke_dpc_wait ke_timer_dpc ke_ipi ke_wait mem_add mm_ranges pool
        pool_misuse driver driver_entry work_image io_pnp io_pnp_late io_pnp_life pnp_lifetime
        callout_pnp callback_object sched)
  list(APPEND suite unit/${test})
  set(step_unit/${test}_target hotadd_test_${test})
  set(step_unit/${test} tests/test_${test})
endforeach()

if(NOT TABLE)
  file(GLOB TABLE ${CMAKE_CURRENT_LIST_DIR}/table_*.cmake)
endif()
foreach(table ${TABLE})
  include(${table})
endforeach()
if(errors)
  message(FATAL_ERROR "the table has ${errors} errors")
endif()
message(STATUS "each of ${mutants} texts occurs exactly once")

set(first 0)
set(distance 1)
if(SAMPLE)
  if(NOT DEFINED SEED)
    set(SEED "$ENV{HOTADD_MUTANTS_SEED}")
  endif()
  if(SEED STREQUAL "")
    set(SEED 0)
  endif()
  math(EXPR distance "(${mutants} + ${SAMPLE} - 1) / ${SAMPLE}")
  math(EXPR first "${SEED} % ${distance}")
  message(STATUS "every mutant with number ${first} + n * ${distance}: the seed is ${SEED}")
endif()
set(chosen "")
math(EXPR last "${mutants} - 1")
foreach(number RANGE ${first} ${last} ${distance})
  if("${mutant_${number}_family} ${mutant_${number}_broken}" MATCHES "${ONLY}")
    list(APPEND chosen ${number})
  endif()
endforeach()
if(chosen STREQUAL "")
  message(FATAL_ERROR "no mutant matches ${ONLY}")
endif()

copy_source()
file(MAKE_DIRECTORY ${FOLDER}/build)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${FOLDER}/source -B ${FOLDER}/build ${SETTINGS}
                        -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O0
                RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the copy cannot be configured\n${said}")
endif()
if(SAMPLE)      # the rest of the suite is known to pass: it is a part of the same run
  set(whole ${suite})
  set(suite scenarios model)
endif()
play_suite()
if(NOT built OR found)
  message(FATAL_ERROR "without any mutant: ${found}\n${said}")
endif()
if(SAMPLE)
  set(suite ${whole})
endif()

set(score 0)
foreach(number ${chosen})
  try(${number})
endforeach()
list(LENGTH chosen count)
message(STATUS "found ${score} of ${count}")
if(errors OR NOT score EQUAL count)
  message(FATAL_ERROR "a test is missing for what was not found, or the table has errors")
endif()
